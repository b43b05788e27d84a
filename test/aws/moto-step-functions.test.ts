import { isDeepStrictEqual } from 'node:util';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { compileJourney, type JourneyVersion } from '../../core/definitions.ts';
import { compileStateMachine } from '../../core/journey/compile.ts';
import { importDefinition } from '../../lib/import-definition.ts';
import { compileWorkflows } from '../../lib/workflows.ts';
import { runs } from '../properties.ts';
import { aRandomJourney } from '../random-journeys.ts';
import { anAccount } from './doubles/clients.ts';
import { MotoStepFunctions } from './walks/on-moto.ts';
import { walkOnOurs } from './walks/on-ours.ts';
import { playable, type Walk } from './walks/play.ts';

/**
 * Compiled definitions on two interpreters: ours, and that of moto, which is LocalStack's. Their functions say the same.
 * moto is given a JSONata, and its functions are ours; nothing else of it is changed.
 */
const { journeys } = compileWorkflows('workflows');
const atOnce = 6;
const walks: Walk[] = [];
let moto: MotoStepFunctions;
beforeAll(async () => {
  moto = await MotoStepFunctions.open();
}, 600_000);
afterAll(() => moto?.close());

/** On a busy machine a time-out of seconds may come before the call that it is for; a way that is another one is so again. */
const tries = 3;
async function compare(journey: JourneyVersion, seed: string): Promise<void> {
  const definition = playable(compileStateMachine(journey), seed);
  for (let tried = 1; ; tried++) {
    const input = { profileId: 'p1', enrollmentId: `${seed}-${tried}` };
    const ours = await walkOnOurs(definition, seed, input);
    const theirs = await moto.walk(definition, seed, input);
    if (tried < tries && !isDeepStrictEqual(theirs, ours)) continue;
    expect(theirs, seed).toEqual(ours);
    walks.push(ours);
    return;
  }
}
/** Some at once: moto waits in real time. */
async function compareAll(all: readonly (readonly [JourneyVersion, string])[]): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) await compare(...next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

describe('a compiled journey takes the same way on moto’s Step Functions as on ours, and calls the same', () => {
  it.each(journeys)('$id', (journey) =>
    compareAll(Array.from({ length: 6 }, (_, index) => [journey, `${journey.id}-${index}`])),
  );

  it('and so do those that chance writes', async () => {
    const { numRuns, seed } = runs(400);
    const documents = fc.sample(aRandomJourney, { numRuns, seed });
    await compareAll(documents.map((document, index) => [compileJourney(document), `random-${seed}-${index}`]));
  });

  it('whatever becomes of functions and tokens', () => {
    expect([...new Set(walks.flatMap(({ happened }) => happened))].sort()).toEqual([
      'EnrollmentEnded',
      'StoreUnavailable',
      'TouchDiverted',
      'TypeError',
      'answers',
      'fails',
      'succeeds',
      'times-out',
    ]);
    const entered = walks.flatMap(({ path }) => path.map((state) => state.split(' ')[0]));
    const kinds = ['After', 'Begin', 'Defer', 'Divert', 'Ended', 'Failed', 'Hold', 'Mark', 'Next'];
    expect(entered).toEqual(expect.arrayContaining(kinds));
  });
});

describe('moto cannot run', () => {
  it('the machine of imports: it knows no batches of a map, and no arguments of what writes its results', async () => {
    await expect(moto.create('import', importDefinition)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });

  it('any JSONata by itself: what evaluates it is left empty', async () => {
    const client = new SFNClient(await anAccount());
    const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
    await fetch(`${inject('moto')}/moto-api/config`, { method: 'POST', body });
    const two = {
      QueryLanguage: 'JSONata',
      StartAt: 'Two',
      States: { Two: { Type: 'Pass', Output: '{% 1 + 1 %}', End: true } },
    };
    const roleArn = 'arn:aws:iam::123456789012:role/machine';
    const created = new CreateStateMachineCommand({ name: 'two', roleArn, definition: JSON.stringify(two) });
    const { stateMachineArn } = await client.send(created);
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    const ended = await vi.waitFor(async () => {
      const found = await client.send(new DescribeExecutionCommand({ executionArn }));
      expect(found.status).not.toBe('RUNNING');
      return found;
    }, 20_000);
    expect(ended).toMatchObject({
      status: 'FAILED',
      cause: expect.stringContaining("'NoneType' object is not callable"),
    });
    client.destroy();
  });
});
