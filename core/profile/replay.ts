import type { Definitions } from '../definitions.ts';
import type { Message, StoredEvent } from '../event/event.ts';
import { feedbackOf } from '../event/feedback.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { EventRow, IdentityKey } from '../ports.ts';
import { applyEvent, saidIn } from './apply-event.ts';
import { reweighed, withConsent } from './consent.ts';
import { identityKey } from './identity-key.ts';
import { claimsOf, type Claim } from './identity.ts';
import { withIdentifier } from './merge.ts';
import type { Profile } from './profile.ts';

/** An event of a person made of several, as the message that it was. */
export function messageOf({ type, eventId, properties, named, ...event }: StoredEvent): Message {
  const { traits, ...own } = properties;
  const isGiven = type === 'identify' || type === 'group';
  return {
    trust: 'public',
    ...named,
    type,
    messageId: eventId,
    name: event.name,
    properties: isGiven ? own : properties,
    traits: isGiven && isObject(traits) ? (traits as JsonObject) : {},
    context: event.context,
    occurredMs: event.occurredMs,
    receivedMs: event.receivedMs,
    ...(event.isSilent && { isSilent: true }),
  };
}

/** What a replay needs beside the events. */
export interface Replay {
  readonly definitions: Definitions;
  /** The person as they are now: what finds them, and what was taken away since. */
  readonly now: Profile;
  /** Whether an identifier is another's. */
  readonly isOthers: (key: IdentityKey) => boolean;
  /** What the person did, as it lies in their timeline. */
  readonly past: (names: ReadonlySet<string>) => readonly EventRow[];
}

/** Folds an event that was accepted once into the facts of a profile, as if it had been accepted for this one. */
export function replayEvent(
  profile: Profile,
  event: StoredEvent,
  { definitions, now, isOthers, past }: Replay,
): Profile {
  const message = messageOf(event);
  const named = message.profileId === undefined ? withNames(profile, message, { definitions, now, isOthers }) : profile;
  const applied = applyEvent(named, message, definitions, past);
  const block = feedbackOf(message, applied);
  if (!block || block.reason === 'hard-bounce') return applied;
  const entry = { ...saidIn(message, 'denied', definitions.identity), source: message.name };
  return { ...applied, consent: withConsent(applied, `${block.channel}/marketing`, entry) };
}

/** What a message calls the person, as far as it still is theirs. */
function withNames(profile: Profile, message: Message, { definitions, now, isOthers }: Omit<Replay, 'past'>): Profile {
  const former: readonly Claim[] =
    message.previousId === undefined
      ? []
      : [{ kind: 'anonymousId', value: message.previousId, mayResolve: true, isVerified: message.trust === 'server' }];
  const claims = [...claimsOf(message, definitions.identity), ...former].flatMap((claim) => {
    const standing = now.identifiers.find((one) => one.kind === claim.kind && one.value === claim.value);
    return standing && !isOthers(identityKey(claim.kind, claim.value))
      ? [{ claim, resolves: claim.mayResolve && standing.resolves }]
      : [];
  });
  const isLinking = claims.filter(({ resolves }) => resolves).length > 1;
  const identifiers = claims.reduce(
    (all, { claim, resolves }) =>
      withIdentifier(all, {
        kind: claim.kind,
        value: claim.value,
        isVerified: claim.isVerified,
        resolves,
        ms: message.occurredMs,
        id: message.messageId,
        ...(resolves && isLinking && { linkedMs: message.occurredMs }),
        ...(claim.platform && { platform: claim.platform }),
        ...(claim.webPush && { webPush: claim.webPush }),
      }),
    profile.identifiers,
  );
  const createdMs = Math.min(profile.createdMs, message.occurredMs);
  if (identifiers === profile.identifiers && createdMs === profile.createdMs) return profile;
  return reweighed({ ...profile, identifiers, createdMs });
}
