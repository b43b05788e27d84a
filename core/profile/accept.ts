import type { Rule } from '../definitions.ts';
import { namingOf, type Message } from '../event/event.ts';
import { feedbackOf } from '../event/feedback.ts';
import type { Channel } from '../journey/document.ts';
import type { Suppression } from '../message/delivery.ts';
import type { Change, EventRow, IdentityKey, Loaded } from '../ports.ts';
import { zoneOf } from '../segment/view.ts';
import { applyEvent, occurrenceOf, saidIn } from './apply-event.ts';
import { Draft, type Surroundings } from './draft.ts';
import { withConsent } from './consent.ts';
import type { MergeRow } from './merge-log.ts';
import { Owners } from './owners.ts';
import { fillUp, isToBeFilled } from './fill-up.ts';
import type { Profile } from './profile.ts';
import { Recall, type Remembered } from './recall.ts';
import { remakeOrdered, reseedWatches } from './reseed.ts';
import { resolveProfile } from './resolve-profile.ts';

/** Beyond this age at receipt an event changes facts and enters nothing. */
export const lateMs = 24 * 3_600_000;

/** What became of one message of a request. */
export interface ItemResult {
  readonly messageId: string;
  /** `erased`: it is about somebody who was erased, and of the time before; nothing is kept of it. */
  readonly status: 'accepted' | 'duplicate' | 'erased';
  /** Of `erased`: it had come before. */
  readonly isAgain?: true;
}

/** Messages of one person, in order, with all that was read for them. */
export interface AcceptInput extends Surroundings {
  readonly messages: readonly Message[];
  readonly profiles: readonly Loaded[];
  /** Identity rows as they are, and each with the profile that it leads to. */
  readonly identityRows: ReadonlyMap<IdentityKey, string>;
  readonly owners: ReadonlyMap<IdentityKey, string>;
  /** Identities without an owner whose owner was erased, with the instant. */
  readonly erasedKeys: ReadonlyMap<IdentityKey, number>;
  /** Message ids that are in the timeline already, with the attempt that wrote them. */
  readonly seen: ReadonlyMap<string, string>;
  /** What was read of their timelines: at first nothing. */
  readonly remembered: Remembered;
  /** Whether whoever is behind what is published is filled first; not where their history cannot be read. */
  readonly isFilling: boolean;
  readonly addressHash: (channel: Channel, address: string) => string;
  readonly profileIdOf: (message: Message) => string;
}
export interface AcceptDecision {
  /** Absent where every message was a duplicate. */
  readonly change?: Change;
  readonly results: readonly ItemResult[];
  /** Names of events that are to be read first: this is no decision then, and is made again with them. */
  readonly missing: readonly string[];
}

/** Folds messages into their people: facts → segments → conversion → goals → exits → holds → entries, each message by itself. */
export function decideAccept(input: AcceptInput): AcceptDecision {
  const draft = new Draft(input, input.profiles);
  const owners = new Owners(input.identityRows, input.owners, input.erasedKeys);
  const recall = new Recall(input.remembered);
  const events: EventRow[] = [];
  const merges: MergeRow[] = [];
  const suppressions: Suppression[] = [];
  // What they do now is judged by what is published now.
  for (const { profileId } of input.profiles.map(({ profile }) => profile))
    if (input.isFilling && isToBeFilled(draft.profile(profileId), input.definitions))
      fillUp(draft, profileId, recall.of(profileId, draft, []));
  const inThisRequest = new Set<string>();
  const results = input.messages.map((message): ItemResult => {
    const { messageId } = message;
    const writer = input.seen.get(messageId);
    if (inThisRequest.has(messageId) || (writer !== undefined && writer !== input.attemptId))
      return { messageId, status: 'duplicate' };
    inThisRequest.add(messageId);
    if (writer === undefined)
      events.push(acceptOne(message, input, draft, owners, { events, merges, suppressions, recall }));
    return { messageId, status: 'accepted' };
  });
  const { missing } = recall;
  if (events.length === 0) return { results, missing };
  return {
    missing,
    change: draft.change({
      events,
      identities: owners.changes(),
      ...(merges.length > 0 && { merges }),
      ...(suppressions.length > 0 && { suppressions }),
    }),
    results,
  };
}

/** What the messages before have made, and what was before them. */
interface Before {
  readonly events: readonly EventRow[];
  readonly merges: MergeRow[];
  readonly suppressions: Suppression[];
  readonly recall: Recall;
}

function acceptOne(
  message: Message,
  input: AcceptInput,
  draft: Draft,
  owners: Owners,
  { events, merges, suppressions, recall }: Before,
): EventRow {
  const { definitions } = input;
  draft.begin(message);
  const resolved = resolveProfile(message, draft, owners, input.profileIdOf);
  const { profileId } = resolved;
  const isMerged = resolved.merges.length > 0;
  const earlier = events.map(({ eventId }) => eventId);
  for (const merge of resolved.merges) merges.push(merge.undo ? { ...merge, undo: { ...merge.undo, earlier } } : merge);
  draft.touch(profileId);
  // This event itself is not in it: it is heard last.
  const past = recall.of(profileId, draft, events);
  if (isMerged) remakeOrdered(draft, profileId, past);
  const before = draft.profile(profileId);
  const profile = applyFeedback(applyEvent(before, message, definitions, past), message, input, suppressions);
  if (profile !== before) draft.set(profile);

  const isSilent = message.isSilent === true;
  const isConsentChanged = resolved.isConsentChanged || profile.consent !== before.consent;
  // Most events of a browser name the zone, and it is the one that is known.
  const isOtherZone = profile.timeZone?.value !== before.timeZone?.value;
  const isProfileChanged = profile.traits !== before.traits || isConsentChanged || isOtherZone;
  const isConversion = profile.convertedMs !== undefined && before.convertedMs === undefined;
  const isRewatched = isMerged || isOtherZone;
  const isAll = resolved.isNew || isConversion || isRewatched;
  const rules = isAll ? definitions.rules : rulesFor(message.name, isProfileChanged, definitions);
  // Before the due row that stands, time alone has changed nothing.
  const isByEvents = !isAll && input.nowMs < (before.dueMs ?? Infinity);
  draft.settle(profileId, rules, isSilent, input.nowMs, isByEvents);
  if (isConversion) draft.fact(profileId, 'conversion', message.name, { eventId: message.messageId }, false);
  if (isConsentChanged) draft.fact(profileId, 'consent', message.name, { eventId: message.messageId }, false);
  const memberships = draft.profile(profileId).segments !== before.segments;
  if (isMerged) reseedWatches(draft, profileId, past);
  const heard = { event: occurrenceOf(message), isSilent, past };
  const isComputedChanged = profile.conditions !== before.conditions && definitions.computedNames.has(message.name);
  draft.resolve(profileId, heard, {
    isRewatched,
    isProfileChanged: isProfileChanged || isComputedChanged || memberships || isMerged,
  });
  offerEntries(message, profileId, input, draft);
  return eventRow(message, draft.profile(profileId), input);
}

/** What an event about messages blocks: the address, and the person's consent. */
function applyFeedback(profile: Profile, message: Message, input: AcceptInput, suppressions: Suppression[]): Profile {
  const block = feedbackOf(message, profile);
  if (!block) return profile;
  const { channel, reason } = block;
  if (block.address !== undefined) {
    const addressHash = input.addressHash(channel, block.address);
    suppressions.push({ channel, addressHash, reason, atMs: input.nowMs, source: message.name });
  }
  if (reason === 'hard-bounce') return profile;
  const entry = { ...saidIn(message, 'denied', input.definitions.identity), source: message.name };
  return { ...profile, consent: withConsent(profile, `${channel}/marketing`, entry) };
}

function rulesFor(
  name: string,
  isProfileChanged: boolean,
  { rulesByName, profileRules, rules }: AcceptInput['definitions'],
): readonly Rule[] {
  const byName = rulesByName.get(name) ?? [];
  if (!isProfileChanged) return byName;
  if (byName.length === 0) return profileRules;
  const wanted = new Set([...byName, ...profileRules]);
  return rules.filter((rule) => wanted.has(rule));
}

/** Tells the bus of an event that some published journey begins with, unless it is old or an import. */
function offerEntries(message: Message, profileId: string, { definitions }: AcceptInput, draft: Draft): void {
  if (message.isSilent || message.receivedMs - message.occurredMs > lateMs) return;
  const event = occurrenceOf(message);
  const zone = zoneOf(draft.profile(profileId), definitions);
  const isHeard = definitions.entriesByName.get(message.name)?.some((journey) => journey.entry?.matches(event, zone));
  if (!isHeard) return;
  const { name, properties, occurredMs, messageId } = message;
  draft.fact(profileId, 'event', name, { eventId: messageId, properties, occurredMs }, true);
}

const eventRow = (
  message: Message,
  { profileId, mergedIds }: Profile,
  { attemptId, definitions }: AcceptInput,
): EventRow => ({
  profileId,
  eventId: message.messageId,
  type: message.type,
  name: message.name,
  properties:
    message.type === 'identify' || message.type === 'group'
      ? { ...message.properties, traits: message.traits }
      : message.properties,
  context: message.context,
  occurredMs: message.occurredMs,
  receivedMs: message.receivedMs,
  // From its receipt: an old event that is imported twice must be known the second time.
  expiresMs: message.receivedMs + definitions.retentionMs,
  attemptId,
  ...(message.isSilent && { isSilent: true }),
  ...(message.note !== undefined && { note: message.note }),
  ...(mergedIds.length > 0 && { named: namingOf(message) }),
});
