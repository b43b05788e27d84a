/** How a journey's rule differs from what its current version needs. */
export interface RuleFinding {
  readonly journeyId: string;
  /** `left` is one that lets people in whom nobody asked in; `twice` stands where there are several. */
  readonly is: 'missing' | 'off' | 'other' | 'left' | 'twice';
}
/** How a version of a journey's machine differs from what its document compiles to. */
export interface MachineFinding {
  readonly journeyId: string;
  readonly number: number;
  readonly is: 'other' | 'gone';
}
/** All in which what runs may differ from what was deployed. */
export interface DriftFindings {
  /** Whether other documents were published since the last deployment. */
  readonly isPublishedSince: boolean;
  /** Journeys that are rolled back or closed. */
  readonly held: readonly string[];
  readonly machines: readonly MachineFinding[];
  readonly rules: readonly RuleFinding[];
}

const rule = {
  missing: 'nobody can enter it, since its rule is missing. Publish again: that makes it.',
  off: 'nobody can enter it, since its rule is switched off. Publish again: that switches it on.',
  other: 'its rule lets in by another pattern than its document says. Publish again: that changes it.',
  left: 'it is not published, and its rule is on: what it lets in is turned away. Publish again: that switches it off.',
  twice: 'it has more than one rule. What both let in counts once. Publish again: that takes away what is too much.',
} as const satisfies Record<RuleFinding['is'], string>;

/** What of a deployment is otherwise than it was deployed, a sentence each. */
export function driftLines({ isPublishedSince, held, machines, rules }: DriftFindings): readonly string[] {
  return [
    ...(isPublishedSince
      ? [
          'Documents were published since the last deployment. They stay until one brings others, which has to say that it has seen them.',
        ]
      : []),
    ...held.map((id) => `${id}: it was rolled back or closed, and deployments leave it so until its document changes.`),
    ...machines.map(({ journeyId, number, is }) =>
      is === 'gone'
        ? `${journeyId}: the machine of version ${number} is gone. Nobody can go on in it; deploy again.`
        : `${journeyId}: the machine of version ${number} runs what an earlier release made of its document. It goes on as it is; a change of the document brings the new one.`,
    ),
    ...rules.map(({ journeyId, is }) => `${journeyId}: ${rule[is]}`),
  ];
}
