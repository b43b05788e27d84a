import type { Identifier, Profile } from './profile.ts';

/** Why one profile was made of two: kept beside the person, as long as the person is. */
export interface MergeRow {
  /** The one that stayed. */
  readonly profileId: string;
  /** The one that became part of it. */
  readonly mergedId: string;
  /** Of the profile that stayed, as the merge made it. */
  readonly version: number;
  readonly atMs: number;
  /** The event that said so. */
  readonly eventId: string;
  /** The identifier of the event by which the other was found. */
  readonly by: Pick<Identifier, 'kind' | 'value'>;
  /** Whether a shared identifier was enough, or an alias under a server key asked for it. */
  readonly rule: 'identifier' | 'alias';
  /** What found the merged one until then. */
  readonly identifiers: readonly Pick<Identifier, 'kind' | 'value'>[];
}

/** What finds a person. */
export const foundBy = ({ identifiers }: Profile): MergeRow['identifiers'] =>
  identifiers.filter((one) => one.resolves).map(({ kind, value }) => ({ kind, value }));
