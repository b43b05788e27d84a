import type { CompiledAudience, CompiledSegment } from '../../../core/definitions.ts';
import { english } from '../../../core/journey/words.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Occurrence } from '../../../core/event/event.ts';
import type { Loaded, Ports } from '../../../core/ports.ts';
import { historyIds, ownValue } from '../../../core/profile/profile.ts';
import { isBehind } from '../../../core/segment/coverage.ts';
import { explainCondition, type ExplainedCondition } from '../../../core/segment/explain-condition.ts';
import { explainTrait, type ExplainedTrait } from '../../../core/segment/explain-trait.ts';
import { viewOf } from '../../../core/segment/view.ts';
import { toInstant } from '../../../core/time/instant.ts';
import { tidy } from './present.ts';

/** Why a person is, or is not, in a segment or an audience: which conditions hold, by which events, and until when. */
export async function explainMembership(
  ports: Pick<Ports, 'profiles' | 'definitions' | 'clock'>,
  { profile }: Loaded,
  rule: CompiledSegment | CompiledAudience,
): Promise<JsonObject> {
  const definitions = await ports.definitions.current();
  const history = await ports.profiles.history(historyIds(profile));
  const view = viewOf(profile, definitions, ports.clock.nowMs());
  const explained = explainCondition(rule.when, { definitions, view, history, words: english });
  const isAudience = 'use' in rule;
  const sinceMs = ownValue(isAudience ? profile.audiences : profile.segments, rule.id);
  const override = isAudience ? ownValue(profile.overrides ?? {}, rule.id)?.value : undefined;
  const isBarred = isAudience && rule.use === 'acquisition' && profile.convertedMs !== undefined;
  const isDecided = isBarred || override !== undefined;
  return tidy({
    profileId: profile.profileId,
    [isAudience ? 'audienceId' : 'segmentId']: rule.id,
    name: rule.name,
    isMember: sinceMs !== undefined,
    since: sinceMs === undefined ? undefined : toInstant(sinceMs),
    changesAt: isDecided || explained.changesMs === undefined ? undefined : toInstant(explained.changesMs),
    because: isBarred
      ? 'converted people are in no acquisition audience'
      : override === undefined
        ? undefined
        : `a journey has ${override ? 'put them in' : 'taken them out'}`,
    isFilling: isBehind(profile, definitions) || undefined,
    condition: present(explained),
  });
}

/** Why a computed trait says what it says; `undefined` for one that nobody computes. */
export async function explainValue(
  ports: Pick<Ports, 'profiles' | 'definitions' | 'clock'>,
  { profile }: Loaded,
  traitId: string,
): Promise<JsonObject | undefined> {
  const definitions = await ports.definitions.current();
  if (!definitions.computed.has(traitId)) return undefined;
  const history = await ports.profiles.history(historyIds(profile));
  const view = viewOf(profile, definitions, ports.clock.nowMs());
  const explained = explainTrait(traitId, { definitions, view, history, words: english });
  return (
    explained &&
    tidy({
      profileId: profile.profileId,
      ...presentTrait(explained),
      isFilling: isBehind(profile, definitions) || undefined,
    })
  );
}

const presentTrait = ({ changesMs, events, conditions, parts, ...rest }: ExplainedTrait): JsonObject =>
  tidy({
    ...rest,
    changesAt: changesMs === undefined ? undefined : toInstant(changesMs),
    events: events?.map(presentEvent),
    conditions: conditions?.map(present),
    parts: parts?.map(presentTrait),
  });

const presentEvent = ({ eventId, name, occurredMs }: Occurrence): JsonObject => ({
  eventId,
  name,
  at: toInstant(occurredMs),
});

const present = ({ says, holds, changesMs, value, events, eventCount, parts }: ExplainedCondition): JsonObject =>
  tidy({
    says,
    holds,
    changesAt: changesMs === undefined ? undefined : toInstant(changesMs),
    value,
    events: events?.map(presentEvent),
    eventCount,
    parts: parts?.map(present),
  });
