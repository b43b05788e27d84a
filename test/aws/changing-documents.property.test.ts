import fc from 'fast-check';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { isDeep } from '../properties.ts';
import { edited } from '../random-edits.ts';
import { expectWalked } from '../walked.ts';
import { aChangingLife, begunBy, ChangingLives, type Begun, type ChangingLife } from './deployment/changing-lives.ts';
import { Deployment } from './deployment/deployment.ts';
import { handedTwice } from './deployment/handed-over.ts';
import { HarbourPeople, secret, startMs } from './deployment/harbour.ts';
import { randomJourneys, writeDocuments } from './deployment/random-documents.ts';
import { synthesize } from './deployment/synthesize.ts';
import { startedDoubles } from './doubles/clients.ts';

const told: { readonly deaths: number; readonly walked: number; readonly published: number }[] = [];
const seed = inject('seed');
const lives = fc.sample(aChangingLife, { numRuns: isDeep ? 40 : 3, seed });

/** A publication of these documents is some 23 writes. */
const mostWrites = 26;
/** Publications whose writes are all to be made, each of which dies a write later than the one before it. */
const dyingEverywhere: ChangingLife = {
  people: [],
  doings: Array.from({ length: mostWrites }, (_, at) => ({
    minutes: 60 * at,
    act: {
      kind: 'publish',
      edits: [
        { kind: 'remove', at: 0 },
        { kind: 'insert', at: 0 },
      ],
      inside: 'pin',
      isBegunOtherwise: at % 2 === 0,
      isBesideNew: true,
      death: { at, isHeard: true, minutes: 1 },
    },
  })),
};

/** By the publisher, taken back by it; then what was deployed at first is deployed again, its machine not what it was. */
const deployedAgain: ChangingLife = {
  people: [20, 80].map((minutes) => ({ minutes, events: [] })),
  doings: [
    { kind: 'publish', edits: [{ kind: 'insert', at: 0 }], inside: 'pin', isBegunOtherwise: true } as const,
    { kind: 'roll back' } as const,
    { kind: 'deploy', which: 0 } as const,
  ].map((act, index) => ({ minutes: 30 + 10 * index, act })),
};

let deployed: Deployment | undefined;
afterEach(async () => {
  await deployed?.close();
  deployed = undefined;
});

describe('whatever is published, rolled back, deployed, migrated and paused on AWS while people are inside', () => {
  it.each(lives.map((life, index) => [index, life] as const))(
    'gives nobody a step twice, lets nobody skip one, keeps nobody out, and loses nobody: life %i',
    { timeout: 600_000 },
    async (index, life) => {
      const { deaths, rows, journeys } = await lived(`${index}`, seed + index, life);
      told.push({ deaths: deaths.length, walked: rows.length, published: journeys.length - 2 });
    },
  );

  it('was tried with people inside, with documents that changed, and with a publisher that died', () => {
    console.log(`changing documents: ${JSON.stringify(told)}`);
    const sum = (of: (one: (typeof told)[number]) => number): number => told.reduce((all, one) => all + of(one), 0);
    expect(
      Math.min(
        sum(({ deaths }) => deaths),
        sum(({ walked }) => walked),
        sum(({ published }) => published),
      ),
    ).toBeGreaterThan(0);
  });
});

it('does so wherever a publisher dies: each of its writes was once its last', { timeout: 600_000 }, async () => {
  const { deaths } = await lived('deaths', seed, dyingEverywhere);
  console.log(`deaths: ${deaths.length}`);
  expect(new Set(deaths)).toEqual(
    new Set([
      'UpdateStateMachine',
      'CreateStateMachine',
      'documents',
      'templates',
      'tables',
      'the row of a version',
      'the ids of journeys',
      'files',
      'PutRule of a second rule',
      'PutTargets of a second rule',
      'PutRule of a rule of its own',
      'PutTargets of a rule of its own',
      'what is current',
      'PutRule of a rule of the deployment',
      'RemoveTargets of a second rule',
      'DeleteRule of a second rule',
    ]),
  );
});

it('does so under a deployment of what was deployed before', { timeout: 600_000 }, async () => {
  const { rows, journeys } = await lived('again', seed, deployedAgain);
  expect(journeys).toHaveLength(3);
  expect(rows.length).toBeGreaterThan(0);
});

/** Lives through it on a deployment of its own, and holds what came of it against the plan's word. */
async function lived(name: string, seedOfLife: number, life: ChangingLife): Promise<ChangingLives> {
  const [, random] = randomJourneys(2, seedOfLife);
  const first = begunBy({ ...random!, kind: 'lifecycle', exit: [{ on: { event: 'Gone' } }] }, false);
  const second = begunBy(edited(first, { kind: 'insert', at: 1 }, 1_000), true);
  const outs: string[] = [];
  for (const [place, journey] of [first, second].entries()) {
    const workflows = `.cache/changing/${name}-${place}`;
    writeDocuments(workflows, [journey]);
    outs.push(await synthesize(`.cache/cdk.changing-${name}-${place}`, { workflows }));
  }
  deployed = await Deployment.open({ out: outs[0]!, doubles: startedDoubles(), startMs, secret });
  const lives = new ChangingLives(deployed, `.cache/changing/${name}`, [first, second], outs);
  await lives.live(life);
  expect(deployed.failures).toEqual([]);
  expectWalked(lives.rows, lives.journeys);
  await expectBegun(lives);
  expect(handedTwice(deployed.wire.arrived)).toEqual([]);
  return lives;
}

/** Whoever did what was to begin the journey then is in it, by the version that was current; nobody else is. */
async function expectBegun({ begun, rows, deployed: home }: ChangingLives): Promise<void> {
  const people = new HarbourPeople(home);
  // The first row of an enrollment is its entry.
  const entered = new Map(rows.toReversed().map(({ enrollmentId, version }) => [enrollmentId, version]));
  const found: Begun[] = [];
  for (const { userId, version } of begun) {
    const enrollments = (await people.of(userId, 'enrollments')).filter((one) => one['journeyId'] === 'j1');
    expect(enrollments.length).toBeLessThan(2);
    const [first] = enrollments.map((one) => entered.get(String(one['enrollmentId'])));
    found.push({ userId, isMeant: first !== undefined, version: first ?? version });
  }
  expect(found).toEqual(begun);
}
