import type { Segment, Workspace } from '../document.ts';
import type { Check, CheckFinding, DraftFile } from './check.ts';

/** How the stages are called among segments; no segment can be. */
const stages = '(the stages)';

/** The segments, and the stages, that a segment or the stages ask for, with the places where they ask. */
const asked = ({
  conditions,
}: Pick<DraftFile<Segment | Workspace>, 'conditions'>): readonly {
  readonly id: string;
  readonly path: CheckFinding['path'];
}[] =>
  conditions.flatMap(({ kind, condition, path }) => {
    const id = kind.segment?.(condition);
    if (id !== undefined) return [{ id, path: [...path, kind.key] }];
    return 'trait' in condition && condition.trait === 'stage' ? [{ id: stages, path: [...path, 'trait'] }] : [];
  });

/** No segment asks for itself, directly or through others; nor do the stages. */
export const segmentCycle: Check = {
  code: 'segment-cycle',
  severity: 'error',
  check: ({ segments, workspace }) => {
    const byId = new Map<string, Pick<DraftFile<Segment | Workspace>, 'file' | 'conditions'>>(
      segments.map((segment) => [segment.draft.id ?? segment.fileId, segment]),
    );
    if (workspace?.draft.stages) byId.set(stages, workspace);
    const finished = new Set<string>();
    const found: CheckFinding[] = [];
    const visit = (id: string, trail: readonly string[]): void => {
      const segment = byId.get(id);
      if (!segment || finished.has(id)) return;
      for (const next of asked(segment)) {
        const start = [...trail, id].indexOf(next.id);
        if (start === -1) visit(next.id, [...trail, id]);
        else {
          const round = [...[...trail, id].slice(start), next.id]
            .map((name) => (name === stages ? 'the stages' : `"${name}"`))
            .join(' → ');
          const message =
            next.id === stages
              ? `The stages ask for themselves: ${round}. Nobody could tell who is in which.`
              : `The segment asks for itself: ${round}. Nobody could tell who is in it.`;
          found.push({ file: segment.file, path: next.path, message });
        }
      }
      finished.add(id);
    };
    for (const id of byId.keys()) visit(id, []);
    return found;
  },
};
