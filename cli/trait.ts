import { Command } from 'commander';
import { ask, looking, type LookOptions } from './look.ts';
import { rows, type Thing } from './look-lines.ts';
import { counted } from './words.ts';

/** `sojourn trait`: the table that a rank is read from. */
export const traitCommand = (): Command =>
  looking(
    new Command('trait')
      .description('where the classes of a rank begin and end, as of when, and when they are counted next')
      .argument('<id>', 'id of a computed trait that is a rank'),
  ).action((id: string, options: LookOptions) =>
    ask(options, async (home) => {
      const table = (await home.get(`/api/traits/${encodeURIComponent(id)}/table`)) as Thing;
      return options.json ? JSON.stringify(table, null, 2) : tableLines(id, table).join('\n');
    }),
  );

/** A table in words: each class with its values, the best last. */
export function tableLines(id: string, table: Thing): readonly string[] {
  const { rank, into, best, at, people, nextAt } = table;
  const bounds = (table['bounds'] ?? []) as readonly number[];
  const counting = table['counting'] as { readonly people: number } | undefined;
  const [beyond, upTo] = best === 'most' ? ['above', 'up to'] : ['below', 'down to'];
  const classes = bounds.map((bound, index) => {
    const before = bounds[index - 1];
    if (bound === before) return `${String(index + 1).padStart(3)}  nobody`;
    return `${String(index + 1).padStart(3)}  ${before === undefined ? '' : `${beyond} ${before}, `}${upTo} ${bound}`;
  });
  const last = bounds.at(-1);
  return [
    `${id}: ${String(rank)} in ${String(into)} classes, the best is the ${String(best)}.`,
    at === undefined
      ? 'There is no table yet.'
      : `As of ${String(at)}, of ${counted(Number(people), 'person', 'people')}:`,
    ...rows(last === undefined ? [] : [...classes, `${String(into).padStart(3)}  ${beyond} ${last}`]),
    ...(table['isRounded'] === true ? ['There are so many values that they were rounded.'] : []),
    ...(counting ? [`Being counted: ${counted(counting.people, 'person', 'people')} so far.`] : []),
    ...(nextAt === undefined || counting ? [] : [`Counted next at ${String(nextAt)}.`]),
  ];
}
