import type { Channel } from '../journey/document.ts';
import { newestIdentifier, type IdentifierKind, type Profile } from '../profile/profile.ts';
import type { Address } from './send-context.ts';

/** The kind of identifier that a channel writes to. */
const kinds: { readonly [channel in Channel]?: IdentifierKind } = { email: 'email', sms: 'phone', push: 'device' };

/**
 * Where a channel reaches a person: the newest verified address of its kind, else the newest; `undefined` for none.
 * Whoever holds the public key must not be able to lead a known person's messages elsewhere.
 */
export function addressFor(profile: Profile, channel: Channel): Address | undefined {
  if (channel === 'in-app') return { value: profile.profileId, isVerified: true };
  const kind = kinds[channel];
  const found = kind && (newestIdentifier(profile, kind, true) ?? newestIdentifier(profile, kind));
  if (!found) return undefined;
  const { value, isVerified, platform, webPush } = found;
  return { value, isVerified, ...(platform && { device: { platform, ...(webPush && { webPush }) } }) };
}
