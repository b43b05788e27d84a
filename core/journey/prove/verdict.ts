import type { Rule } from './rules.ts';
import type { Scene } from './story.ts';

/** What is known of a rule, and why. */
export type Verdict =
  /** `unless` something is so that no document says. */
  | { readonly kind: 'holds'; readonly why: string; readonly unless?: string }
  /** With a way on which it is broken, from the first event to the message too many. */
  | { readonly kind: 'broken'; readonly story: readonly Scene[] }
  | { readonly kind: 'undecided'; readonly why: string; readonly story: readonly Scene[] };
/** A rule with what is known of it. */
export interface Proof {
  readonly rule: Rule;
  readonly verdict: Verdict;
  /** Whether some step sends what the rule is about. */
  readonly isAboutSomething: boolean;
}
