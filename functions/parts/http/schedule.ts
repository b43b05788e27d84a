import type { JourneyVersion } from '../../../core/definitions.ts';
import { instantInRound, isByPerson, nextRound, scheduleOf } from '../../../core/journey/schedule.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { DecisionPorts, RoundProgress, Rounds } from '../../../core/ports.ts';
import { toInstant } from '../../../core/time/instant.ts';

/** How a journey's schedule stands: the round that comes next, and how far the latest has come; `undefined` for one without. */
export async function describeSchedule(
  { definitions, clock, rounds }: Pick<DecisionPorts, 'definitions' | 'clock'> & { readonly rounds: Rounds },
  { id, document }: JourneyVersion,
): Promise<JsonObject | undefined> {
  const entry = scheduleOf(document);
  if (!entry) return undefined;
  const { timeZone } = (await definitions.current()).workspace;
  const next = nextRound(entry.schedule, timeZone, clock.nowMs());
  const parts = await rounds.latest(id);
  const isPersonal = isByPerson(entry.schedule);
  return {
    ...(next && {
      next: {
        round: next.id,
        // Of a round that goes around the world, its time in the workspace's zone.
        at: toInstant(isPersonal ? instantInRound(entry.schedule, next.id, timeZone, timeZone) : next.beginsMs),
        byPerson: isPersonal,
      },
    }),
    ...(parts[0] && { latest: describeRound(parts) }),
  };
}

function describeRound(parts: readonly RoundProgress[]): JsonObject {
  const counts: { [outcome: string]: number } = {};
  for (const part of parts)
    for (const [outcome, people] of Object.entries(part.counts)) counts[outcome] = (counts[outcome] ?? 0) + people;
  return {
    round: parts[0]!.roundId,
    startedAt: toInstant(Math.min(...parts.map(({ startedMs }) => startedMs))),
    movedAt: toInstant(Math.max(...parts.map(({ movedMs }) => movedMs))),
    isDone: parts.every(({ isDone }) => isDone),
    counts,
  };
}
