import type { Message } from '../event/event.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { IdentityKey } from '../ports.ts';
import { normalizeEmail, normalizePhone } from '../profile/address.ts';
import { identityKey } from '../profile/identity-key.ts';

type IsTheirs = (key: IdentityKey) => boolean;

/** A message without the identifiers that are somebody else's, wherever it names them; all else of it stays. */
export function withoutNames(message: Message, isTheirs: IsTheirs): Message {
  const { anonymousId, previousId, ...rest } = message;
  const isPrevious = (kind: string): boolean => previousId !== undefined && isTheirs(identityKey(kind, previousId));
  return {
    ...rest,
    ...(anonymousId !== undefined && !isTheirs(identityKey('anonymousId', anonymousId)) && { anonymousId }),
    ...(previousId !== undefined && !isPrevious('anonymousId') && !isPrevious('userId') && { previousId }),
    traits: withoutAddresses(message.traits, isTheirs),
    context: contextWithout(message.context, isTheirs),
  };
}

function withoutAddresses(traits: JsonObject, isTheirs: IsTheirs): JsonObject {
  const isKept = ([name, value]: readonly [string, Json]): boolean => {
    if (name !== 'email' && name !== 'phone') return true;
    const text = String(value);
    const address = name === 'email' ? normalizeEmail(text) : normalizePhone(text);
    return address === undefined || !isTheirs(identityKey(name, address));
  };
  return Object.fromEntries(Object.entries(traits).filter(isKept));
}

function contextWithout({ traits, device, externalIds, ...rest }: JsonObject, isTheirs: IsTheirs): JsonObject {
  const isDevice = isObject(device) && isTheirs(identityKey('device', String(device['token'])));
  const isKept = (one: Json): boolean =>
    !isObject(one) || !isTheirs(identityKey(String(one['type']), String(one['id'])));
  return {
    ...rest,
    ...(traits !== undefined && {
      traits: isObject(traits) ? withoutAddresses(traits as JsonObject, isTheirs) : traits,
    }),
    ...(device !== undefined && !isDevice && { device }),
    ...(externalIds !== undefined && {
      externalIds: Array.isArray(externalIds) ? (externalIds as readonly Json[]).filter(isKept) : externalIds,
    }),
  };
}
