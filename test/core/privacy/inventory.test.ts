import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { holdingIds, holdingOf, sweptHoldings } from '../../../core/privacy/inventory.ts';
import { Database } from '../../../local/store/database.ts';

const homePlaces = holdingIds.flatMap((id) => holdingOf(id).home);
const awsPlaces = holdingIds.flatMap((id) => holdingOf(id).aws);

describe('the inventory of what is kept', () => {
  it('has every table of the embedded home, and no other', () => {
    const db = new Database(':memory:');
    const tables = db.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
    db.close();
    const listed = new Set(homePlaces.filter((place) => !place.endsWith('.db')));
    expect([...listed].toSorted()).toEqual(tables.map(({ name }) => name).toSorted());
  });

  it('has every kind of row of the table on AWS', () => {
    const sources = readdirSync('functions/aws', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const named = sources.flatMap((name) =>
      [
        ...readFileSync(`functions/aws/${name}`, 'utf8').matchAll(
          /pk: [`'](\w+#?)|=> `(\w+#)\$|(?:Partition|list).* = '(\w+)'/g,
        ),
      ].map(([, key, made, said]) => (key ?? made ?? said)!),
    );
    expect(new Set(named).size).toBeGreaterThan(20);
    const starts = awsPlaces.flatMap((place) => place.split('/'));
    // Names of the index's own keys are no rows.
    const rows = [...new Set(named)].filter((name) => !['pk', 'pp', 'lk'].includes(name));
    expect(rows.filter((name) => !starts.includes(name))).toEqual([]);
  });

  it('says of everything that stays why it does', () => {
    for (const id of holdingIds) {
      const { erased, holds } = holdingOf(id);
      expect(holds.length, id).toBeGreaterThan(20);
      if (erased !== 'deleted') expect(erased.kept.length, id).toBeGreaterThan(10);
    }
    expect(sweptHoldings).toContain('events');
  });
});
