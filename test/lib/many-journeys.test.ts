import { describe, expect, it } from 'vitest';
import { compileJourney } from '../../core/definitions.ts';
import type { Workflows } from '../../lib/workflows.ts';
import { definitionOf, everything, ofType, shipped, synthesize, type Resource, type Synthesis } from './synthesis.ts';

/** The shipped journeys over and over, each under an id of its own. */
const many = (count: number): Workflows => ({
  ...shipped,
  journeys: Array.from({ length: count }, (_, index) => {
    const { document } = shipped.journeys[index % shipped.journeys.length]!;
    return compileJourney({ ...document, id: `${document.id}-${index}` });
  }),
});

const startMs = performance.now();
const sixty = synthesize(everything, many(60));
const elapsedMs = performance.now() - startMs;

/** As CloudFormation writes an ARN of a machine: nothing of it is longer than this. */
const longestArn = `arn:aws-us-gov:states:ap-southeast-2:111122223333:stateMachine:${'m'.repeat(80)}`;
const policyText = ({ Properties }: Resource): string =>
  JSON.stringify(Properties.PolicyDocument)
    .replace(/\{"Fn::Join":\["",\[\{"Fn::GetAtt":\["\w+","Arn"\]\},":\*"\]\]\}/g, `"${longestArn}:*"`)
    .replace(/\{"Fn::GetAtt":\["\w+","Arn"\]\}/g, `"${longestArn}"`);

describe('a stack of sixty journeys', () => {
  it('is one that CloudFormation takes: 500 resources, and 1 MB as it is written', () => {
    expect(Object.keys(sixty.running).length).toBeLessThan(460);
    expect(JSON.stringify(sixty.appTemplate.toJSON(), null, 1).length).toBeLessThan(540_000);
    expect(elapsedMs).toBeLessThan(20_000);
  });

  it('has a definition beside the template for each of them', () => {
    const machines = ofType(sixty.running, 'AWS::StepFunctions::StateMachine').map(([, machine]) => machine);
    const beside = machines.filter(({ Properties }) => Properties.DefinitionS3Location !== undefined);
    expect(beside).toHaveLength(60);
    expect(new Set(beside.map((machine) => definitionOf(sixty, machine))).size).toBe(60);
  });

  it('has no policy longer than IAM takes, whatever AWS calls its machines', () => {
    const managed = ofType(sixty.running, 'AWS::IAM::ManagedPolicy').map(([, policy]) => policy);
    for (const policy of managed) expect(policyText(policy).length).toBeLessThanOrEqual(6_144);
    for (const [role] of ofType(sixty.running, 'AWS::IAM::Role')) {
      const has = (policy: Resource): boolean => JSON.stringify(policy.Properties.Roles).includes(`"${role}"`);
      const inline = ofType(sixty.running, 'AWS::IAM::Policy').filter(([, policy]) => has(policy));
      expect(inline.reduce((sum, [, policy]) => sum + policyText(policy).length, 0)).toBeLessThan(10_240);
      expect(managed.filter(has).length, role).toBeLessThanOrEqual(10);
    }
  });

  it('lets each of them be started by its version', () => {
    const text = JSON.stringify(
      ofType(sixty.running, 'AWS::IAM::ManagedPolicy').filter(([id]) => id.startsWith('JourneysStarts')),
    );
    for (const [id, { Properties }] of ofType(sixty.running, 'AWS::StepFunctions::StateMachine'))
      if (Properties.DefinitionS3Location) expect(text.split(`"${id}"`).length - 1, id).toBe(2);
  });
});

describe('other numbers of journeys', () => {
  it('as many as there is room for are a template too', () => {
    const full = synthesize(everything, many(73));
    expect(Object.keys(full.running).length).toBeLessThanOrEqual(500);
    expect(JSON.stringify(full.appTemplate.toJSON(), null, 1).length).toBeLessThan(1_000_000);
  });

  it('four hundred are refused with how many there is room for, and what can be done', () => {
    const refused = (): Synthesis => synthesize(everything, many(400));
    expect(refused).toThrowErrorMatchingInlineSnapshot(`
      [CannotDeploy: too-many-journeys: The 400 journeys need 1529 resources, and a stack of CloudFormation holds 500.
        There is room for about 73 journeys. Delete those that nobody should enter any more (whoever is inside finishes: docs/deploying.md#removing-a-journey),
        or make one journey with a branch of several that begin with the same event.]
    `);
  });

  it('and as many retired machines as a role has policies for, and no more', () => {
    const retired = (count: number) =>
      Array.from({ length: count }, (_, index) => `arn:aws:states:eu-west-1:111122223333:stateMachine:old-${index}`);
    const seventy = many(70);
    expect(() => synthesize({ ...everything, retiredMachines: retired(49) }, seventy)).not.toThrow();
    expect(() => synthesize({ ...everything, retiredMachines: retired(50) }, seventy))
      .toThrowErrorMatchingInlineSnapshot(`
        [CannotDeploy: too-many-machines: The 70 journeys and 50 retired machines need 11 managed policies of one role, and IAM gives a role 10.
          There is room for 119 machines, which is 1 fewer. Take those out of the context "retiredMachines" whose journeys nobody is inside of any more
          (docs/deploying.md#removing-a-journey). A journey that is deleted counts for as long as its machine stands in that list.]
      `);
  });

  it('none at all are a system that only listens', () => {
    const { running } = synthesize(everything, { ...shipped, journeys: [] });
    expect(ofType(running, 'AWS::StepFunctions::StateMachineVersion')).toEqual([]);
  });
});
