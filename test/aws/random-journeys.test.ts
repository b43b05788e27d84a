import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Journey } from '../../core/journey/document.ts';
import { isDeep } from '../properties.ts';
import { BothHomes } from './deployment/both-homes.ts';
import { cover, noCoverage } from './deployment/coverage.ts';
import { everyKind, randomJourneys, writeDocuments } from './deployment/random-documents.ts';
import { liveAgain, livesBeginMs, RandomLives } from './deployment/random-lives.ts';
import { synthesize } from './deployment/synthesize.ts';
import { traceOf, type Trace } from './deployment/trace.ts';
import { startedDoubles } from './doubles/clients.ts';

// At full counts all 200 journeys; else a tenth. One more in each part has every kind.
const journeysInAll = isDeep ? 200 : 20;
const perSynthesis = isDeep ? 50 : 20;
const seed = inject('seed');

const journeys = randomJourneys(journeysInAll, seed);
const batches = Array.from({ length: journeysInAll / perSynthesis }, (_, index) => [
  ...journeys.slice(index * perSynthesis, (index + 1) * perSynthesis),
  everyKind('every-kind'),
]);
const seen = noCoverage();
let homes: BothHomes | undefined;
afterEach(async () => {
  await homes?.close();
  homes = undefined;
});

/** Enrollments that went otherwise, with their documents. */
function different(batch: readonly Journey[], local: Trace, remote: Trace): readonly object[] {
  const of = ({ enrollments }: Trace) => new Map(enrollments.map((one) => [String(one['enrollmentId']), one]));
  const [ours, theirs] = [of(local), of(remote)];
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((id) => JSON.stringify(ours.get(id)) !== JSON.stringify(theirs.get(id)))
    .map((id) => {
      const [atHome, onAws] = [ours.get(id), theirs.get(id)];
      return { atHome, onAws, journey: batch.find((one) => one.id === (atHome ?? onAws)!['journeyId']) };
    });
}

describe('random journeys', () => {
  it.each(batches.map((batch, index) => [index + 1, batch] as const))(
    'are walked the same way in both homes, by people to whom everything happens: part %i',
    { timeout: isDeep ? 3_600_000 : 600_000 },
    async (part, batch) => {
      const workflows = `.cache/random-journeys/${part}`;
      writeDocuments(workflows, batch);
      const out = await synthesize(`.cache/cdk.random-${part}`, { workflows });
      const doubles = startedDoubles();
      homes = await BothHomes.open({ out, workflows, doubles, startMs: livesBeginMs, seed: `random ${seed}` });
      const lives = new RandomLives(batch, seed + part);
      const steps = await lives.liveFirst(homes.atHome);
      await liveAgain(homes.onAws, steps);
      expect(homes.failures.slice(0, 3)).toEqual([]);
      const ids = batch.map(({ id }) => id);
      const [local, remote] = [
        await traceOf(homes.atHome, ids, lives.userIds),
        await traceOf(homes.onAws, ids, lives.userIds),
      ];
      expect(different(batch, local, remote).slice(0, 2), `SOJOURN_SEED=${seed}`).toEqual([]);
      expect(remote).toEqual(local);
      cover(seen, { journeys: batch, trace: local, steps });
    },
  );

  it('were every step kind, every end, and every situation in which homes could part', () => {
    console.log(`random journeys: ${JSON.stringify(seen)}`);
    expect(Object.keys(seen).filter((what) => seen[what] === 0)).toEqual([]);
  });
});
