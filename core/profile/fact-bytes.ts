import type { Fact } from '../ports.ts';

/** Keys, time and words of a fact about a segment that goes to nobody, without the ids: 132 at most. */
const shortBytes = 150;

/**
 * How long the text of what is told is, at most. Of segments there are many, in words that are known: they are not made
 * text only to be measured.
 */
export const factBytes = (facts: readonly Fact[]): number => facts.reduce((sum, fact) => sum + bytesOf(fact) + 1, 2);

const bytesOf = (fact: Fact): number =>
  fact.kind === 'segment' && !fact.isOutgoing
    ? shortBytes + fact.profileId.length + fact.name.length
    : JSON.stringify(fact).length;
