import { describe, expect, it } from 'vitest';
import { deployedFunctions } from '../../lib/deployed-functions.ts';
import { functionsOf, ofType, synthesize, type Resource } from './synthesis.ts';

const { running, data } = synthesize();
const ownMachines = ':stateMachine:Sojourn-dev-journey-*';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const statementsOf = (policy: Resource): readonly Statement[] => policy.Properties.PolicyDocument.Statement;
const policies = [running, data].flatMap((resources) =>
  ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => ofType(resources, type)),
);

/** Everything that a role may do, by all policies that are attached to it. */
const allowedOf = (roleId: string): readonly Statement[] =>
  policies
    .filter(([, policy]) => JSON.stringify(policy.Properties.Roles).includes(`"${roleId}"`))
    .flatMap(([, policy]) => statementsOf(policy));
const functions = functionsOf(running);
const roleOf = (name: string): string => functions.get(name)!.Properties.Role['Fn::GetAtt'][0];
const actionsOf = (name: string): readonly string[] =>
  [...new Set(allowedOf(roleOf(name)).flatMap(({ Action }) => listOf(Action)))].sort();

describe('what functions may do', () => {
  it('gives each function exactly these actions', () => {
    const all = Object.fromEntries(deployedFunctions.map((name) => [name, actionsOf(name)]));
    expect(all).toMatchSnapshot();
  });

  it('gives each function a role of its own, without managed policies of AWS', () => {
    const roles = deployedFunctions.map(roleOf);
    expect(new Set(roles).size).toBe(roles.length);
    for (const role of roles) expect(running[role]!.Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it('names the exact actions of SES, SMS, SNS and EventBridge, which integrations get wrong', () => {
    expect(actionsOf('run-touch')).toEqual(
      expect.arrayContaining([
        'ses:SendEmail',
        'ses:SendRawEmail',
        'sms-voice:SendTextMessage',
        'sns:Publish',
        'sns:CreatePlatformEndpoint',
      ]),
    );
    expect(actionsOf('relay')).toContain('events:PutEvents');
    expect(actionsOf('fill-lake')).toContain('firehose:PutRecordBatch');
    for (const name of deployedFunctions.filter((one) => one !== 'run-touch'))
      expect(actionsOf(name).filter((action) => /^(ses|sms-voice|sns):/.test(action))).toEqual([]);
  });

  it('lets only those functions start executions that enter people or look after them, and only of our machines and their versions', () => {
    const starters = deployedFunctions.filter((name) => actionsOf(name).includes('states:StartExecution'));
    expect(starters).toEqual([
      'begin-rounds',
      'control-journeys',
      'enter-journey',
      'manage',
      'resume-enrollment',
      'wake-due',
      'walk-round',
    ]);
    const start = allowedOf(roleOf('enter-journey')).find(({ Action }) => Action === 'states:StartExecution');
    const machines = ofType(running, 'AWS::StepFunctions::StateMachineVersion').map(
      ([, { Properties }]) => Properties.StateMachineArn,
    );
    const versions = machines.map((arn) => ({ 'Fn::Join': ['', [arn, ':*']] }));
    expect(start!.Resource).toEqual(expect.arrayContaining([...machines, ...versions]));
    // Those that are made without a deployment are known by how their names begin.
    const own = expect.objectContaining({ 'Fn::Join': ['', expect.arrayContaining([ownMachines])] });
    expect(start!.Resource).toEqual(expect.arrayContaining([own]));
    expect(start!.Resource).toHaveLength(machines.length * 2 + 1);
  });

  it('lets only publishing make or change machines and rules: ours, under the role of journeys and no other', () => {
    const changes = /^states:(Create|Update|Publish|Delete)|^events:(Put|Remove|Delete)(?!Events)|^iam:/;
    const changing = deployedFunctions.filter((name) => actionsOf(name).some((action) => changes.test(action)));
    expect(changing).toEqual(['publish-definitions', 'publish-documents']);
    const allowed = allowedOf(roleOf('publish-documents'));
    const of = (action: string): string =>
      JSON.stringify(allowed.find((one) => listOf(one.Action).includes(action))!.Resource);
    expect(of('iam:PassRole')).toBe('{"Fn::GetAtt":["JourneysRole","Arn"]}');
    expect(of('states:CreateStateMachine')).toContain(`"${ownMachines}"`);
    expect(of('events:PutRule')).toMatch(/":rule\/",\{"Ref":"OutboxBus\w+"\},"\/\*"/);
    expect(of('events:DeleteRule')).toMatch(/\{"Ref":"OutboxBus\w+"\},"\/Sojourn-dev-journey-\*"/);
  });

  it('lets only those complete tokens who have them', () => {
    const tellers = deployedFunctions.filter((name) => actionsOf(name).includes('states:SendTaskSuccess'));
    expect(tellers).toEqual(['control-journeys', 'register-hold', 'resume-enrollment', 'wake-due']);
  });

  it('never allows all actions of a service', () => {
    for (const [id, policy] of policies)
      for (const action of statementsOf(policy).flatMap(({ Action }) => listOf(Action)))
        expect(action, id).not.toContain('*');
  });

  it('lets nobody scan the table but whoever fills everybody with what is published, or asks everybody before', () => {
    expect(deployedFunctions.filter((name) => actionsOf(name).includes('dynamodb:Scan'))).toEqual([
      'fill-profiles',
      'publish-documents',
    ]);
  });

  it('allows all resources only where an action knows none', () => {
    const everywhere = policies.flatMap(([, policy]) =>
      statementsOf(policy)
        .filter(({ Resource }) => listOf(Resource).includes('*'))
        .flatMap(({ Action }) => listOf(Action)),
    );
    expect(
      everywhere.filter(
        (action) =>
          !/^(xray:|ses:GetAccount$|events:ListRules$|logs:\w*(LogDeliver|ResourcePolic|LogGroups))/.test(action),
      ),
    ).toEqual([]);
  });

  it('lets nobody query an index but the management API, whoever ends people, counts them or forgets them', () => {
    const lists = deployedFunctions.filter((name) => JSON.stringify(allowedOf(roleOf(name))).includes('/index/'));
    expect(lists).toEqual(['control-journeys', 'decide-winners', 'manage', 'publish-documents', 'wake-due']);
  });

  it('tells each function where its neighbours are, if and only if it may reach them', () => {
    const needs: Readonly<Record<string, string>> = {
      SOJOURN_TABLE: 'dynamodb:GetItem',
      SOJOURN_SECRET: 'secretsmanager:GetSecretValue',
      SOJOURN_BUS: 'events:PutEvents',
      SOJOURN_LAKE_STREAM: 'firehose:PutRecordBatch',
      SOJOURN_LAKE_BUCKET: 's3:GetObject',
      SOJOURN_SMS_POOL: 'sms-voice:SendTextMessage',
      SOJOURN_MARKETING_CONFIGURATION_SET: 'ses:SendEmail',
      SOJOURN_PUSH_APPLICATIONS: 'sns:Publish',
    };
    for (const [name, { Properties }] of functions)
      for (const [variable, action] of Object.entries(needs))
        expect(`${name} ${variable in Properties.Environment.Variables}`).toBe(
          `${name} ${actionsOf(name).includes(action)}`,
        );
  });
});
