import type { Message } from '../event/event.ts';
import { isObject, type Json } from '../json.ts';
import type { IdentityKey } from '../ports.ts';
import { normalizeEmail, normalizePhone } from './address.ts';
import { identityKey } from './identity-key.ts';
import type { IdentityRules } from './identity-rules.ts';
import type { IdentifierKind, WebPush } from './profile.ts';

/** One identifier that a message carries, and what it may do. */
export interface Claim {
  readonly kind: IdentifierKind;
  readonly value: string;
  /** Whether it may find, join or be claimed; else it is only an address. */
  readonly mayResolve: boolean;
  readonly isVerified: boolean;
  readonly platform?: 'ios' | 'android' | 'web';
  readonly webPush?: WebPush;
}

/** Values that programs send where they mean nobody; they never key a profile. */
const junk = new Set([
  '',
  '0',
  '-',
  '-1',
  'null',
  'undefined',
  'none',
  'nil',
  'nan',
  'n/a',
  'unknown',
  'anonymous',
  'guest',
  'true',
  'false',
  'not set',
  '(not set)',
  '[object object]',
  '[]',
  '{}',
  'nobody',
]);

/** Whether an id is one that programs send where they mean nobody. */
export const isJunk = (value: string): boolean => junk.has(value.trim().toLowerCase()) || /^[0-]+$/.test(value.trim());

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

/** Under which identifier a message speaks; `undefined` for none. */
export function speakerOf({ userId, anonymousId }: Message, rules: IdentityRules): IdentityKey | undefined {
  const isSomebody = (value: string | undefined): value is string =>
    value !== undefined && !isJunk(value) && !rules.isBlocked(value);
  if (isSomebody(userId)) return identityKey('userId', userId);
  return isSomebody(anonymousId) ? identityKey('anonymousId', anonymousId) : undefined;
}

/** What a message says of who it is about, strongest first. Values that cannot be read are left out. */
export function claimsOf(message: Message, rules: IdentityRules): readonly Claim[] {
  const isServer = message.trust === 'server';
  const isNobody = (value: string): boolean => isJunk(value) || rules.isBlocked(value);
  const claims: Claim[] = [];
  const add = (kind: IdentifierKind, value: string | undefined, mayResolve: boolean, isVerified: boolean): void => {
    if (value !== undefined && !isNobody(value)) claims.push({ kind, value, mayResolve, isVerified });
  };
  add('userId', message.userId, true, isServer);
  if (isServer) for (const [kind, value] of externalIds(message)) add(kind, value, true, true);
  add('anonymousId', message.anonymousId, true, isServer);
  const contextTraits = message.context['traits'];
  const context = isObject(contextTraits) ? (contextTraits as { readonly [key: string]: Json }) : {};
  const email = textOf(message.traits['email'] ?? context['email']);
  const phone = textOf(message.traits['phone'] ?? context['phone']);
  add('email', email && normalizeEmail(email), isServer, isServer);
  add('phone', phone && normalizePhone(phone), isServer, isServer);
  const device = deviceOf(message);
  if (device && !isNobody(device.token))
    claims.push({
      kind: 'device',
      value: device.token,
      mayResolve: isServer,
      isVerified: true,
      platform: device.platform,
      ...(device.webPush && { webPush: device.webPush }),
    });
  // Kinds of one strength stay as they are named.
  return claims.toSorted((a, b) => rules.rank(a.kind) - rules.rank(b.kind));
}

/** Segment's own place for ids of other systems: `context.externalIds: [{ id, type }]`. */
function externalIds(message: Message): readonly (readonly [string, string])[] {
  const list = message.context['externalIds'];
  if (!Array.isArray(list)) return [];
  return (list as readonly Json[]).slice(0, mostExternalIds).flatMap((one) => {
    if (!isObject(one)) return [];
    const [type, id] = [textOf(one['type'] as Json), textOf(one['id'] as Json)];
    return type && id && !reserved.has(type) && /^[\w.-]{1,40}$/.test(type) ? [[type, id] as const] : [];
  });
}
/** Each may be a person of its own, and one commit holds them all. */
const mostExternalIds = 10;
const reserved = new Set(['userId', 'anonymousId', 'email', 'phone', 'device', 'profileId']);

/** An address is made only of a token with a type that can be pushed to. */
function deviceOf(
  message: Message,
): { readonly token: string; readonly platform: 'ios' | 'android' | 'web'; readonly webPush?: WebPush } | undefined {
  const device = message.context['device'];
  if (!isObject(device)) return undefined;
  const token = device['token'];
  const platform = typeof device['type'] === 'string' ? device['type'].toLowerCase() : undefined;
  if (typeof token !== 'string' || token === '' || isJunk(token)) return undefined;
  if (platform !== 'ios' && platform !== 'android' && platform !== 'web') return undefined;
  const webPush = webPushOf(device['webPush']);
  return { token, platform, ...(webPush && { webPush }) };
}

/** A subscription as browsers give it; one that cannot be written to is left out. */
function webPushOf(given: Json | undefined): WebPush | undefined {
  const keys = isObject(given) ? given['keys'] : undefined;
  if (!isObject(given) || !isObject(keys)) return undefined;
  const [endpoint, p256dh, auth] = [given['endpoint'], keys['p256dh'], keys['auth']];
  if (typeof endpoint !== 'string' || typeof p256dh !== 'string' || typeof auth !== 'string') return undefined;
  return endpoint.startsWith('https://') ? { endpoint, keys: { p256dh, auth } } : undefined;
}
