import type { IdentityKey } from '../ports.ts';

/** Names an identifier. @param value normalised */
export const identityKey = (kind: string, value: string): IdentityKey => `${kind}:${value}`;
