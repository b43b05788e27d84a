import { textOf } from './document-set.ts';
import { rewrite, type Operator, type Operators } from './mutate.ts';

const table = 'tables/neighbours.csv';
const add =
  (file: string, text: string): Operator =>
  (set) => {
    set.set(file, text);
    return { file, line: 1 };
  };

/** One mistake for each code that is about files, or about lines of those that are no JSON. */
export const fileOperators: Operators = {
  'invalid-json': (set, random) => {
    const file = random.pick([...set.keys()].filter((path) => path.endsWith('.journey.json')));
    const lines = textOf(set.get(file)!).split('\n');
    const line = lines.findIndex((one) => one.startsWith('  "name":'));
    set.set(file, lines.toSpliced(line + 1, 0, lines[line]!).join('\n'));
    return { file, line: line + 2 };
  },
  'missing-workspace': (set) => {
    set.delete('workspace.json');
    return { file: 'workspace.json', line: 1 };
  },
  'unknown-file': add('journeys/cart.json', '{}'),
  'bad-column': rewrite(
    table,
    (text) =>
      text
        .replace('category,neighbour', 'category,neigh.bour,neighbour')
        .replaceAll(/^(kitchen|bath|garden),/gm, '$1,x,'),
    1,
  ),
  'duplicate-column': rewrite(
    table,
    (text) => text.replace('neighbour', 'neighbour,neighbour').replaceAll(/^(kitchen|bath|garden),/gm, '$1,x,'),
    1,
  ),
  'duplicate-row-key': rewrite(table, (text) => text.replace('garden,', 'bath,'), 4),
  'empty-table': add('tables/other.csv', ''),
  'invalid-csv': rewrite(table, (text) => text.replace('bath,kitchen', '"bath,kitchen'), 3),
  'large-table': (set, random) => {
    const extra = 1 + random.below(20);
    const rows = Array.from({ length: 10_000 - 3 + extra }, (_, index) => `k${index},v\n`).join('');
    set.set(table, `${textOf(set.get(table)!)}${rows}`);
    return { file: table, line: 10_002 };
  },
  'row-length': rewrite(table, (text) => text.replace('bath,kitchen', 'bath,kitchen,hall'), 3),
  'row-without-key': rewrite(table, (text) => text.replace('bath,kitchen', ',kitchen'), 3),
};
