import { idOf } from '../../core/hash.ts';

/** A rule's name has 64 characters, of which the prefix takes at most 22. */
const mostOfId = 40;

/** Name of what is made for a journey without a deployment: always the same, so that a second try finds it. */
export const ownName = (prefix: string, journeyId: string): string =>
  journeyId.length <= mostOfId
    ? `${prefix}${journeyId}`
    : `${prefix}${journeyId.slice(0, 30)}-${idOf('own-name', journeyId).slice(0, 9)}`;

/** Name of a second rule of a journey, beside its own: no id of a journey has a full stop. */
export const secondName = (prefix: string, journeyId: string): string => `${ownName(prefix, journeyId)}.2`;
