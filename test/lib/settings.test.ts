import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../lib/settings.ts';

const parse = (context: Readonly<Record<string, unknown>>) => parseSettings((name) => context[name]);

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

  it('are refused with a sentence that names each of them', () => {
    expect(() => parse({ stage: 'live', baseUrl: 'https://example.com/' })).toThrow(
      /The context has settings that cannot be used: "stage": .*; "baseUrl": must begin with https/,
    );
  });
});
