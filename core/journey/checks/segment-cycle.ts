import type { Segment } from '../document.ts';
import type { Check, CheckFinding, DraftFile } from './check.ts';

/** The segments that a segment asks, with the places where it asks. */
const asked = ({
  conditions,
}: DraftFile<Segment>): readonly { readonly id: string; readonly path: CheckFinding['path'] }[] =>
  conditions.flatMap(({ kind, condition, path }) => {
    const id = kind.segment?.(condition);
    return id === undefined ? [] : [{ id, path: [...path, kind.key] }];
  });

/** No segment asks for itself, directly or through others. */
export const segmentCycle: Check = {
  code: 'segment-cycle',
  severity: 'error',
  check: ({ segments }) => {
    const byId = new Map(segments.map((segment) => [segment.draft.id ?? segment.fileId, segment]));
    const finished = new Set<string>();
    const found: CheckFinding[] = [];
    const visit = (id: string, trail: readonly string[]): void => {
      const segment = byId.get(id);
      if (!segment || finished.has(id)) return;
      for (const next of asked(segment)) {
        const start = [...trail, id].indexOf(next.id);
        if (start === -1) visit(next.id, [...trail, id]);
        else {
          const round = [...[...trail, id].slice(start), next.id].map((name) => `"${name}"`).join(' → ');
          const message = `The segment asks for itself: ${round}. Nobody could tell who is in it.`;
          found.push({ file: segment.file, path: next.path, message });
        }
      }
      finished.add(id);
    };
    for (const id of byId.keys()) visit(id, []);
    return found;
  },
};
