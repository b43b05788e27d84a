import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { definitionOf, ofType, shipped, synthesize } from './synthesis.ts';

const synthesis = synthesize();
const machines = ofType(synthesis.running, 'AWS::StepFunctions::StateMachine');

/** As Step Functions gets it: CloudFormation puts ARNs for what stands in `${…}`. */
const deployedDefinition = (machine: (typeof machines)[number][1]): string =>
  definitionOf(synthesis, machine).replace(/\$\{(\w+)\}/g, (_, name: string) => {
    expect(machine.Properties.DefinitionSubstitutions).toHaveProperty(name);
    return `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
  });

describe('the definitions of the template', () => {
  it('are those of every journey, those of imports, of rounds and of filling people', () => {
    const journeys = machines.flatMap(([, { Properties }]) =>
      (Properties.Tags ?? []).flatMap(({ Key, Value }: { readonly Key: string; readonly Value: string }) =>
        Key === 'sojourn:journey' ? [Value] : [],
      ),
    );
    expect(journeys).toEqual(shipped.journeys.map(({ id }) => id));
    expect(machines).toHaveLength(journeys.length + 3);
  });

  it.each(machines)('%s is one that the Amazon States Language allows', (_, machine) => {
    const definition = deployedDefinition(machine);
    expect(definition).not.toContain('${');
    expect(validate(JSON.parse(definition)).errors).toEqual([]);
    expect(Buffer.byteLength(definition)).toBeLessThan(1_000_000);
  });

  it.each(machines)('%s would be found out with a step to nowhere', (_, machine) => {
    const definition = deployedDefinition(machine);
    const toNowhere = definition.includes('"Next":')
      ? definition.replace(/"Next":"[^"]*"/, '"Next":"Nowhere"')
      : definition.replace('"End":true', '"Next":"Nowhere"');
    expect(validate(JSON.parse(toNowhere)).errors).not.toEqual([]);
  });
});
