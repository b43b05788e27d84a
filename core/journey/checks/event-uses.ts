import type { Draft } from '../../draft.ts';
import { kindOf } from '../../kinds.ts';
import type { Path } from '../../problem.ts';
import type { Names } from '../../segment/condition.ts';
import type { AskedEvents } from '../../segment/condition-kind.ts';
import { traitKinds } from '../../trait/trait-kinds.ts';
import { allFiles, type CheckInput } from './check.ts';

/** A place where a document asks for events; paths start at the document. */
export interface EventUse extends AskedEvents {
  readonly file: string;
}

const within = (path: Path, asked: AskedEvents): AskedEvents => ({
  path: [...path, ...asked.path],
  names: asked.names,
  ...(asked.where && { where: { ...asked.where, path: [...path, ...asked.where.path] } }),
  ...(asked.counted && { counted: { ...asked.counted, path: [...path, ...asked.counted.path] } }),
});

/** Every place where documents ask for events: conditions, entries, exits, goals, steps, computed traits and conversion. */
export const eventUses = (input: CheckInput): readonly EventUse[] => [
  ...allFiles(input).flatMap(({ file, conditions }) =>
    conditions.flatMap(({ kind, condition, path }) =>
      (kind.events?.(condition) ?? []).map((asked) => ({ file, ...within(path, asked) })),
    ),
  ),
  ...input.traits.flatMap(({ file, draft }) =>
    (kindOf(traitKinds, draft)?.events(draft) ?? []).map((asked) => ({ file, ...asked })),
  ),
  ...input.journeys.flatMap(({ file, draft, events }) => {
    const on = draft.entry?.on;
    const entries = on && 'event' in on ? [{ path: ['entry', 'on'], match: on }] : [];
    return [...entries, ...events].map(({ path, match }) => ({ file, ...within(path, listened(match)) }));
  }),
  ...(input.workspace?.draft.conversion ?? []).flatMap((match, index) =>
    match ? [{ file: input.workspace?.file ?? '', ...within(['conversion', index], listened(match)) }] : [],
  ),
];

const listened = ({
  event,
  where,
}: {
  event?: AskedEvents['names'];
  where?: Draft<object> | undefined;
}): AskedEvents => ({
  path: ['event'],
  names: event,
  where: { path: ['where'], tests: where },
});

/** Names one by one, each with its place. */
export function namesIn(
  names: Draft<Names> | undefined,
  path: Path,
): readonly { readonly name: string; readonly path: Path }[] {
  if (names === undefined) return [];
  if (typeof names === 'string') return [{ name: names, path }];
  return names.flatMap((name, index) => (name === undefined ? [] : [{ name, path: [...path, index] }]));
}
