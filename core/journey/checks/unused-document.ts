import type { Check, CheckFinding, CheckInput } from './check.ts';

/** What is kept for journeys is used by one: pools, files of codes and tables. Templates may wait for theirs. */
export const unusedDocument: Check = {
  code: 'unused-document',
  severity: 'warning',
  check: (input) => [
    ...unnamed(input, 'coupon').map((id) => ({
      file: fileOf(input, id),
      path: [],
      message: `No journey takes coupons of the pool "${id}".`,
    })),
    ...unnamed(input, 'table')
      .filter((id) => !input.templates.some(({ text }) => text.includes(`tables.${id}`)))
      .map((id) => ({ file: `tables/${id}.csv`, path: [], message: `Nothing looks up the table "${id}".` })),
    ...unnamedCodes(input),
  ],
};

const fileOf = ({ coupons }: CheckInput, id: string): string =>
  coupons.find(({ draft }) => draft.id === id)?.file ?? '';

/** Documents of a kind that no step names. One that is named wrongly may be any of them, so then nothing is said. */
function unnamed({ coupons, tables, journeys, ids }: CheckInput, to: 'coupon' | 'table'): readonly string[] {
  if (journeys.some(({ isWhole }) => !isWhole) || journeys.length < ids.journey.size) return [];
  const named = journeys
    .flatMap(({ steps }) => steps.flatMap(({ kind, step }) => kind.references?.(step) ?? []))
    .flatMap((reference) => (reference.to === to ? [reference.id] : []));
  if (named.some((id) => !ids[to].has(id))) return [];
  const all = to === 'coupon' ? coupons.flatMap(({ draft }) => draft.id ?? []) : tables.map(({ id }) => id);
  return all.filter((id) => !named.includes(id));
}

function unnamedCodes({ coupons, codesFiles }: CheckInput): readonly CheckFinding[] {
  const isBroken = coupons.some(({ draft }) => 'codes' in draft && draft.codes === undefined);
  const named = coupons.flatMap(({ draft: { codes } }) => (typeof codes === 'string' ? [codes] : []));
  if (isBroken || named.some((name) => !codesFiles.includes(name))) return [];
  return codesFiles
    .filter((name) => !named.includes(name))
    .map((name) => ({ file: `coupons/${name}`, path: [], message: 'No pool takes its codes from this file.' }));
}
