import type { Path } from '../../problem.ts';
import { emit } from '../steps/emit.ts';
import { ofKind } from '../walk.ts';
import type { Check, CheckFinding, CheckInput, JourneyFile } from './check.ts';
import { namesIn } from './event-uses.ts';

/** A step by which one journey begins another, or itself. */
interface Edge {
  readonly from: JourneyFile;
  readonly to: JourneyFile;
  readonly path: Path;
  /** What the step does, as part of a sentence. */
  readonly says: string;
}

const idOf = ({ draft, fileId }: JourneyFile): string => draft.id ?? fileId;

function edgesOf({ journeys }: CheckInput): readonly Edge[] {
  const byId = new Map(journeys.map((journey) => [idOf(journey), journey]));
  const byEvent = new Map<string, JourneyFile[]>();
  for (const journey of journeys) {
    const on = journey.draft.entry?.on;
    // Where an entry asks more of its event, or of the person, the round may well end by that.
    if (!on || !('event' in on) || on.where || journey.draft.entry?.when) continue;
    for (const { name } of namesIn(on.event, [])) byEvent.set(name, [...(byEvent.get(name) ?? []), journey]);
  }
  return journeys.flatMap((from) => [
    ...from.steps.flatMap(({ kind, step, path }) =>
      (kind.references?.(step) ?? []).flatMap((reference) => {
        const to = reference.to === 'journey' ? byId.get(reference.id) : undefined;
        return to ? [{ from, to, path: [...path, ...reference.path], says: `starts "${reference.id}"` }] : [];
      }),
    ),
    ...ofKind(from.steps, emit).flatMap(({ step, path }) =>
      (byEvent.get(step.emit?.event ?? '') ?? []).map((to) => ({
        from,
        to,
        path: [...path, 'emit', 'event'],
        says: `emits "${step.emit?.event}", which begins "${idOf(to)}"`,
      })),
    ),
  ]);
}

/** The edges by which one comes back to where one was. */
function closing(edges: readonly Edge[]): readonly Edge[] {
  const next = Map.groupBy(edges, ({ from }) => from);
  const reaches = (start: JourneyFile): ReadonlySet<JourneyFile> => {
    const reached = new Set<JourneyFile>();
    const open = [start];
    for (let one = open.pop(); one; one = open.pop()) {
      if (reached.has(one)) continue;
      reached.add(one);
      open.push(...(next.get(one) ?? []).map(({ to }) => to));
    }
    return reached;
  };
  const memo = new Map<JourneyFile, ReadonlySet<JourneyFile>>();
  const reachedFrom = (start: JourneyFile): ReadonlySet<JourneyFile> => {
    const standing = memo.get(start) ?? reaches(start);
    memo.set(start, standing);
    return standing;
  };
  return edges.filter(({ from, to }) => reachedFrom(to).has(from));
}

/** Whether a person may come in any number of times. */
const isOpen = ({ draft: { entry } }: JourneyFile): boolean =>
  entry !== undefined && (entry.again === 'always' || (!('again' in entry) && entry.on !== undefined));

const endless = (input: CheckInput): readonly Edge[] => closing(edgesOf(input).filter(({ to }) => isOpen(to)));

/** No journey begins itself again without end, by itself or through others. */
export const unboundedLoop: Check = {
  code: 'unbounded-loop',
  severity: 'error',
  check: (input) =>
    endless(input).map(({ from, to, path, says }): CheckFinding => {
      const back = from === to ? 'begins this journey again' : 'leads back to this journey';
      const message = `This ${says} and so ${back}, without end, since people may always come in again. Let one of them say "again": { "after": "P30D" } or "never".`;
      return { file: from.file, path, message };
    }),
};

/** No two journeys start each other. */
export const mutualStart: Check = {
  code: 'mutual-start',
  severity: 'warning',
  check: (input) => {
    const told = new Set(endless(input).map(({ from, path }) => `${from.file} ${path.join('/')}`));
    return closing(edgesOf(input).filter(({ from, to }) => from !== to))
      .filter(({ from, path }) => !told.has(`${from.file} ${path.join('/')}`))
      .map(({ from, path, says }) => ({
        file: from.file,
        path,
        message: `This ${says}, from where people are led back to this journey.`,
      }));
  },
};
