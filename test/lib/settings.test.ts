import { describe, expect, it } from 'vitest';
import { parseSettings, refuseMisspelt } from '../../lib/settings.ts';

const parse = (context: Readonly<Record<string, unknown>>) => parseSettings((name) => context[name]);

const refusalOf = (context: Readonly<Record<string, unknown>>): string => {
  try {
    parse(context);
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('settings', () => {
  it('are those of a small development stage when nothing is said', () => {
    expect(parse({})).toMatchObject({ stage: 'dev', monthlyBudget: 50, textOrigins: [], pushApplications: {} });
  });

  it('take lists as JSON text, which is what a command line can say', () => {
    const origin = 'arn:aws:sms-voice:eu-west-1:111122223333:phone-number/p1';
    expect(parse({ textOrigins: JSON.stringify([origin]), monthlyBudget: '20' })).toMatchObject({
      textOrigins: [origin],
      monthlyBudget: 20,
    });
  });

  it('are refused with a sentence that names each of them, and says what would be right', () => {
    expect(() => parse({ stage: 'live', baseUrl: 'https://example.com/', tracing: 'maybe', alarmEmail: '' }))
      .toThrowErrorMatchingInlineSnapshot(`
      [CannotDeploy: The context has settings that cannot be used:
        "stage" is "live". It should be dev, stage or prod: -c stage=prod
        "baseUrl" is "https://example.com/". It should be an address that begins with https:// and does not end with a slash: -c baseUrl=https://go.shop.example
        "tracing" is "maybe". It should be true or false: -c tracing=true
        "alarmEmail" is empty. It should be one email address: -c alarmEmail=on-call@shop.example]
    `);
  });

  it('that are lists and objects show how a shell takes them, whatever a shell made of them', () => {
    const wrong = { textOrigins: '[arn:foo]', pushApplications: '{ios:arn}', retiredMachines: 'arn:foo' };
    expect(() => parse(wrong)).toThrowErrorMatchingInlineSnapshot(`
      [CannotDeploy: The context has settings that cannot be used:
        "textOrigins" is "[arn:foo]". It should be a JSON list of ARNs of phone numbers and sender ids, in single quotes: -c 'textOrigins=["arn:aws:sms-voice:eu-west-1:111122223333:phone-number/p1"]'
        "pushApplications" is "{ios:arn}". It should be a JSON object of "ios" and "android" with ARNs of SNS platform applications, in single quotes: -c 'pushApplications={"ios":"arn:aws:sns:eu-west-1:111122223333:app/APNS/shop"}'
        "retiredMachines" is "arn:foo". It should be a JSON list of ARNs of state machines, in single quotes: -c 'retiredMachines=["arn:aws:states:eu-west-1:111122223333:stateMachine:welcome"]']
    `);
  });

  it('show an example of each that can be taken as it is written', () => {
    const names = Object.keys(parse({ emailDomain: 'a.io', baseUrl: 'https://a.io', alarmEmail: 'a@a.io' }));
    for (const name of names) {
      const [, plain, quoted] = /-c (?:([^'\s]+)|'([^']+)')$/.exec(refusalOf({ [name]: { neither: 'this' } }))!;
      const [told, ...value] = (plain ?? quoted)!.split('=');
      expect(told).toBe(name);
      expect(() => parse({ [name]: value.join('=') })).not.toThrow();
    }
  });
});

describe('names in the context', () => {
  it('that are almost those of settings are refused with a guess', () => {
    const names = ['stage', 'alarmEmial', 'workflow', 'textorigins', 'mine'];
    expect(() => refuseMisspelt(names)).toThrowErrorMatchingInlineSnapshot(`
      [CannotDeploy: The context has settings that nobody reads:
        There is no setting "alarmEmial". Did you mean "alarmEmail"?
        There is no setting "workflow". Did you mean "workflows"?
        There is no setting "textorigins". Did you mean "textOrigins"?]
    `);
  });

  it('that CDK knows are no business of ours', () => {
    const ours = ['stage', 'aws:cdk:enable-path-metadata', '@aws-cdk/core:stage', 'availability-zones:account=1'];
    const others = ['cli-telemetry', 'acknowledged-issue-numbers', 'team'];
    expect(() => refuseMisspelt([...ours, ...others])).not.toThrow();
  });
});
