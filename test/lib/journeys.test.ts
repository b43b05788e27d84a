import { describe, expect, it } from 'vitest';
import { compileJourney } from '../../core/definitions.ts';
import { compileStateMachine } from '../../core/journey/compile.ts';
import { entryRule } from '../../core/journey/entry-rule.ts';
import type { Workflows } from '../../lib/workflows.ts';
import { definitionOf, everything, ofType, shipped, synthesize, type Resources } from './synthesis.ts';

const synthesis = synthesize();
const { running } = synthesis;
const [welcome, ...others] = [...shipped.journeys].sort((a) => (a.id === 'welcome' ? -1 : 1));
const changed: Workflows = {
  ...shipped,
  journeys: [compileJourney({ ...welcome!.document, name: 'Welcome, changed' }), ...others],
};
const afterwards = synthesize(everything, changed).running;
const withoutWelcome = synthesize(
  { ...everything, retiredMachines: ['arn:aws:states:eu-west-1:111122223333:stateMachine:old'] },
  { ...shipped, journeys: others },
).running;

const machineOf = (resources: Resources, journeyId: string) =>
  ofType(resources, 'AWS::StepFunctions::StateMachine').find(([, { Properties }]) =>
    JSON.stringify(Properties.Tags ?? []).includes(`"${journeyId}"`),
  );
const versionsOf = (resources: Resources): readonly string[] =>
  ofType(resources, 'AWS::StepFunctions::StateMachineVersion').map(([id]) => id);

describe('journeys', () => {
  it('are deployed as the compiler makes them', () => {
    for (const journey of shipped.journeys) {
      const [, machine] = machineOf(running, journey.id)!;
      expect(JSON.parse(definitionOf(synthesis, machine))).toEqual(
        JSON.parse(JSON.stringify(compileStateMachine(journey))),
      );
      expect(Object.keys(machine.Properties.DefinitionSubstitutions).sort()).toEqual([
        'MarkFailed',
        'RegisterHold',
        'RunTouch',
      ]);
    }
  });

  it('are standard machines that log errors and nothing of a person', () => {
    for (const { id } of shipped.journeys)
      expect(machineOf(running, id)![1].Properties).toMatchObject({
        StateMachineType: 'STANDARD',
        LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
      });
  });

  it('keep the version that people are inside of when the document changes', () => {
    const before = versionsOf(running);
    for (const id of before)
      expect(running[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    const added = versionsOf(afterwards).filter((id) => !before.includes(id));
    expect(added).toHaveLength(1);
    expect(before.filter((id) => !versionsOf(afterwards).includes(id))).toHaveLength(1);
  });

  it('are read from a file of their own, which changes with the document, and with no other’s', () => {
    const fileOf = (resources: Resources, id: string): string =>
      machineOf(resources, id)![1].Properties.DefinitionS3Location.Key;
    const again = synthesize().running;
    for (const { id } of shipped.journeys) {
      expect(fileOf(again, id)).toBe(fileOf(running, id));
      expect(fileOf(afterwards, id) === fileOf(running, id)).toBe(id !== 'welcome');
    }
  });

  it('name a version by the hash of its document', () => {
    const hex = Buffer.from(welcome!.version, 'base64url').toString('hex');
    expect(running[`Version${hex}`]!.Properties.Description).toBe(welcome!.version);
  });

  it('keep their machine when the document changes, so that its executions go on', () => {
    const [id, machine] = machineOf(running, 'welcome')!;
    expect(machineOf(afterwards, 'welcome')![0]).toBe(id);
    expect(machine).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('go on with the functions and the role that their versions were made with: these ids never change', () => {
    expect(running).toMatchObject({ RunTouch: {}, RegisterHold: {}, MarkFailed: {}, JourneysRole: {} });
    const machines = shipped.journeys.map(({ id }) => machineOf(running, id)![0]);
    expect(machines).toMatchInlineSnapshot(`
      [
        "Journeysabandonedcart57CA050E",
        "Journeyschurnprevention74D26CAF",
        "Journeyscrosssell2548E895",
        "JourneysreactivationD838B3D3",
        "JourneysreplenishmentAE1CDD0E",
        "JourneysreviewreferralBA7BB2E2",
        "JourneyssecondpurchaseB6EF8306",
        "JourneystrialtopaidD0A591FD",
        "Journeyswelcome9D044E25",
      ]
    `);
  });

  it('drain when they are removed: a retired machine may still be told and started', () => {
    expect(machineOf(withoutWelcome, 'welcome')).toBeUndefined();
    const policies = ofType(withoutWelcome, 'AWS::IAM::ManagedPolicy').map(([, policy]) => JSON.stringify(policy));
    const may = policies.filter((policy) => policy.includes('stateMachine:old'));
    expect(may.filter((policy) => policy.includes('states:SendTaskSuccess'))).toHaveLength(2);
    expect(may.filter((policy) => policy.includes('states:StartExecution'))).toHaveLength(1);
  });

  it('are entered by a rule of their own on the shared queue', () => {
    const queues = new Set<string>();
    for (const journey of shipped.journeys) {
      const pattern = entryRule(journey);
      const rules = ofType(running, 'AWS::Events::Rule').filter(([, { Properties }]) =>
        Properties.Description.includes(`"${journey.id}"`),
      );
      expect(rules.map(([, { Properties }]) => Properties.EventPattern)).toEqual(pattern ? [pattern] : []);
      for (const [, { Properties }] of rules) queues.add(JSON.stringify(Properties.Targets[0].Arn));
    }
    expect(queues.size).toBe(1);
  });

  const entryRules = () =>
    ofType(running, 'AWS::Events::Rule').filter(
      ([id, { Properties }]) => id.startsWith('Entries') && Properties.EventPattern['detail-type'][0] !== 'start',
    );

  it('tell the queue which journey it is, with the detail as it came', () => {
    const rules = entryRules();
    for (const [, { Properties }] of rules) {
      const { InputTemplate } = Properties.Targets[0].InputTransformer;
      const message = JSON.parse(InputTemplate.replace('<kind>', 'event').replace('<detail>', '{"name":"x"}'));
      expect(message).toEqual({ journeyId: expect.any(String), kind: 'event', detail: { name: 'x' } });
    }
  });

  it('are told of resolved holds and of what they let happen with kind and detail, as functions take facts', () => {
    for (const kind of ['resume', 'emit', 'start']) {
      const [rule] = ofType(running, 'AWS::Events::Rule').filter(
        ([, { Properties }]) => Properties.EventPattern['detail-type']?.[0] === kind,
      );
      const { InputTransformer } = rule![1].Properties.Targets[0];
      expect(InputTransformer).toEqual({
        InputPathsMap: { kind: '$.detail-type', detail: '$.detail' },
        InputTemplate: '{"kind":"<kind>","detail":<detail>}',
      });
    }
  });

  it('let nobody in before their documents are published', () => {
    const [published] = ofType(running, 'Custom::SojournDocuments')[0]!;
    const rules = entryRules();
    for (const [, rule] of rules) expect(rule.DependsOn).toContain(published);
  });

  it('publish each document with the version of its machine', () => {
    const [, { Properties }] = ofType(running, 'Custom::SojournDocuments')[0]!;
    expect(Properties.machines).toEqual(
      shipped.journeys.map(({ id, version }) => ({
        journeyId: id,
        version,
        machineVersionArn: {
          'Fn::GetAtt': [`Version${Buffer.from(version, 'base64url').toString('hex')}`, 'Arn'],
        },
      })),
    );
  });
});
