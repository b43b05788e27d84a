import { isRoundOf, scheduleOf } from '../journey/schedule.ts';
import type { Change, DueRow, Loaded } from '../ports.ts';
import { Draft, type Surroundings } from '../profile/draft.ts';
import { readRoundSubject, roundInstant, roundSubject } from './rounds.ts';

/** A due row of a round, and the person that it is about as they are now. */
export interface RoundInput extends Pick<Surroundings, 'definitions' | 'nowMs' | 'attemptId'> {
  readonly due: DueRow;
  readonly loaded: Loaded | undefined;
}

/** A person's own instant in a round of a schedule has come: if they are a member still, they enter from the fact that this tells. */
export function decideRound({ due, loaded, definitions, nowMs, attemptId }: RoundInput): Change {
  const over: Change = { attemptId, profiles: [], undue: [due] };
  const { journeyId, roundId } = readRoundSubject(due.subject) ?? { journeyId: '', roundId: '' };
  const journey = definitions.journeys.get(journeyId);
  const atMs = journey && loaded && roundInstant(journey, roundId, loaded.profile, definitions);
  if (!journey || !loaded || atMs === undefined) return over;
  const entry = scheduleOf(journey.document);
  const { profileId, segments } = loaded.profile;
  // The schedule says another time now: its own rounds are for them.
  if (!entry || !isRoundOf(entry.schedule, roundId)) return over;
  // A place that is kept for someone who is no member any more is given back where they are refused.
  const isKept = journey.document.entry.limit !== undefined;
  if (!isKept && !Object.hasOwn(segments, entry.segment)) return over;
  const draft = new Draft({ definitions, nowMs, attemptId, enrollments: new Map(), journeys: new Map() }, [loaded]);
  draft.touch(profileId);
  // They live elsewhere now, where it is not that time yet.
  const isLater = atMs > nowMs;
  if (isLater) draft.dueAt(profileId, roundSubject(journeyId, roundId), atMs);
  else draft.fact(profileId, 'schedule', journeyId, { round: roundId }, true, atMs);
  const change = draft.change();
  const isMoved = isLater && profileId === due.profileId;
  return isMoved ? change : { ...change, undue: [...(change.undue ?? []), due] };
}
