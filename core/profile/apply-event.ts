import type { Definitions } from '../definitions.ts';
import type { Message, Occurrence } from '../event/event.ts';
import { joinGroup } from '../group/group.ts';
import { isObject, type Json } from '../json.ts';
import { leavesOf } from '../segment/coverage.ts';
import { stepLeaf, type Past } from '../segment/leaf.ts';
import { isZone } from '../time/zone.ts';
import { withConsent } from './consent.ts';
import { speakerOf } from './identity.ts';
import type { IdentityRules } from './identity-rules.ts';
import {
  isLater,
  ownValue,
  type ConsentEntry,
  type ConsentStatus,
  type Profile,
  type Stamped,
  type Touchpoint,
} from './profile.ts';

/** What conditions see of a message. */
export const occurrenceOf = (message: Message): Occurrence => ({
  eventId: message.messageId,
  name: message.name,
  properties: message.properties,
  occurredMs: message.occurredMs,
});

/**
 * Folds an event into the facts of a profile: traits, zone, consent, touchpoints, condition states, conversion.
 * Whatever the order of arrival, the same events give the same facts.
 * @param past of the person, should the event come late
 */
export function applyEvent(profile: Profile, message: Message, definitions: Definitions, past: Past): Profile {
  const event = occurrenceOf(message);
  const changed: { -readonly [K in keyof Profile]?: Profile[K] } = {};
  const traits = applyTraits(profile, message);
  if (traits !== profile.traits) changed.traits = traits;
  const timeZone = contextText(message, 'timezone');
  if (timeZone && isZone(timeZone) && isLater(message.occurredMs, message.messageId, profile.timeZone)) {
    changed.timeZone = stamp(timeZone, message);
  }
  const locale = contextText(message, 'locale');
  if (locale && isLater(message.occurredMs, message.messageId, profile.locale)) changed.locale = stamp(locale, message);
  const consent = applyConsent(profile, message, definitions.identity);
  if (consent !== profile.consent) changed.consent = consent;
  const touchpoints = applyTouchpoint(profile, message);
  if (touchpoints !== profile.touchpoints) changed.touchpoints = touchpoints;
  const groups = joinGroup(profile.groups, message);
  if (groups !== profile.groups) changed.groups = groups;
  const conditions = stepConditions(profile, event, definitions, past);
  if (conditions !== profile.conditions) changed.conditions = conditions;
  if (isConversion(event, definitions)) {
    changed.convertedMs = Math.min(profile.convertedMs ?? Infinity, message.occurredMs);
  }
  return Object.keys(changed).length === 0 ? profile : { ...profile, ...changed };
}

/** Whether an event makes a person converted, for good. */
export const isConversion = (event: Occurrence, { conversion, workspace }: Definitions): boolean =>
  conversion.some((match) => match.matches(event, workspace.timeZone));

const stamp = <T>(value: T, message: Message): Stamped<T> => ({ value, ms: message.occurredMs, id: message.messageId });

function contextText(message: Message, key: string): string | undefined {
  const value = message.context[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function stepConditions(
  profile: Profile,
  event: Occurrence,
  definitions: Definitions,
  past: Past,
): Profile['conditions'] {
  // A person's own zone comes late or changes: dates in `where` are read in the workspace's, whatever arrives first.
  const zone = definitions.workspace.timeZone;
  let states: { [key: string]: Json } | undefined;
  for (const leaf of leavesOf(profile, definitions.leavesByName.get(event.name) ?? [], definitions)) {
    const before = (states ?? profile.conditions)[leaf.key];
    const after = stepLeaf(leaf, before, event, zone, past);
    if (after !== before && after !== undefined) (states ??= { ...profile.conditions })[leaf.key] = after;
  }
  return states ?? profile.conditions;
}

function applyTraits(profile: Profile, message: Message): Profile['traits'] {
  const contextTraits = message.context['traits'];
  const given =
    message.type === 'identify' ? message.traits : isObject(contextTraits) ? (contextTraits as Message['traits']) : {};
  let traits: { [name: string]: Stamped<Json> } | undefined;
  for (const [name, value] of Object.entries(given)) {
    if (isLater(message.occurredMs, message.messageId, ownValue(traits ?? profile.traits, name))) {
      (traits ??= { ...profile.traits })[name] = stamp(value, message);
    }
  }
  return traits ?? profile.traits;
}

/** `context.consent`, which only a server key may give. */
function applyConsent(profile: Profile, message: Message, rules: IdentityRules): Profile['consent'] {
  const given = message.context['consent'];
  if (message.trust !== 'server' || !isObject(given)) return profile.consent;
  const source = typeof given['source'] === 'string' ? { source: given['source'] } : {};
  const textVersion = typeof given['textVersion'] === 'string' ? { textVersion: given['textVersion'] } : {};
  let { consent } = profile;
  for (const [channel, purposes] of Object.entries(given)) {
    if (!isObject(purposes)) continue;
    for (const [purpose, status] of Object.entries(purposes)) {
      if (status !== 'granted' && status !== 'denied') continue;
      const entry = { ...saidIn(message, status, rules), ...source, ...textVersion };
      consent = withConsent({ ...profile, consent }, `${channel}/${purpose}`, entry);
    }
  }
  return consent;
}

/** A word on consent, as a message says it. */
export function saidIn(message: Message, value: ConsentStatus, rules: IdentityRules): ConsentEntry {
  const by = speakerOf(message, rules);
  return { ...stamp(value, message), ...(by !== undefined && { by }) };
}

/** First and last touch per medium and source: of the campaign, else of the referring site. */
function applyTouchpoint(profile: Profile, message: Message): Profile['touchpoints'] {
  const found = sourceOf(message);
  if (!found) return profile.touchpoints;
  const key = `${found.medium ?? 'referral'}/${found.source}`;
  const standing = profile.touchpoints[key];
  const { occurredMs: ms, messageId: id } = message;
  const isFirst = !standing || !isLater(ms, id, { ms: standing.firstMs, id: standing.firstId });
  const isLast = !standing || isLater(ms, id, { ms: standing.lastMs, id: standing.lastId });
  if (!isFirst && !isLast) return profile.touchpoints;
  const first = isFirst ? { ...found, firstMs: ms, firstId: id } : standing;
  const last = isLast ? { lastMs: ms, lastId: id } : { lastMs: standing.lastMs, lastId: standing.lastId };
  return { ...profile.touchpoints, [key]: { ...first, ...last } };
}

type Source = Pick<Touchpoint, 'source' | 'medium' | 'campaign' | 'referrer' | 'page'>;
function sourceOf(message: Message): Source | undefined {
  const { campaign, page } = message.context;
  const read = (object: Json | undefined, key: string): string | undefined => {
    const value = isObject(object) ? object[key] : undefined;
    return typeof value === 'string' && value !== '' ? value.slice(0, 300) : undefined;
  };
  const referrer = read(page, 'referrer');
  const url = read(page, 'url') ?? read(page, 'path');
  const source = read(campaign, 'source') ?? (referrer === undefined ? undefined : hostOf(referrer));
  // A page that links to itself is a step inside a visit, not where the visit came from.
  if (source === undefined || (read(campaign, 'source') === undefined && url !== undefined && hostOf(url) === source))
    return undefined;
  const medium = read(campaign, 'medium');
  const name = read(campaign, 'name');
  return {
    source,
    ...(medium && { medium }),
    ...(name && { campaign: name }),
    ...(referrer && { referrer }),
    ...(url && { page: url }),
  };
}

const hostOf = (url: string): string | undefined =>
  /^https?:\/\/([^/?#:]+)/i
    .exec(url)?.[1]
    ?.toLowerCase()
    .replace(/^www\./, '');
