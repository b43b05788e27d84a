import type { Draft } from '../draft.ts';
import type { Kind } from '../kinds.ts';
import type { Path } from '../problem.ts';
import type { Condition, Names, Where } from './condition.ts';

/** A condition inside another thing; the path starts at that thing. */
export interface InnerCondition {
  readonly path: Path;
  readonly condition: Draft<Condition> | undefined;
}
/** A stretch of history that a condition looks at. */
export interface Window {
  readonly path: Path;
  readonly within: string;
}
/** Events that a condition asks for, and what it asks of their properties. Paths start at the condition. */
export interface AskedEvents {
  /** Where the names stand. */
  readonly path: Path;
  readonly names: Draft<Names> | undefined;
  readonly where?: { readonly path: Path; readonly tests: Draft<Where> | undefined };
  /** A property whose values are added up or told apart. */
  readonly counted?: { readonly path: Path; readonly property: string; readonly isSum: boolean };
}

/** One kind of condition: its keys, and what it holds that checks ask for. Paths start at the condition. */
export interface ConditionKind<C extends Condition = Condition> extends Kind {
  inner?(condition: Draft<C>): readonly InnerCondition[];
  windows?(condition: Draft<C>): readonly Window[];
  /** The id of the segment it asks. */
  segment?(condition: Draft<C>): string | undefined;
  /** Whether it reads what only a journey knows. */
  readonly isOfJourneys?: boolean;
  events?(condition: Draft<C>): readonly AskedEvents[];
}
