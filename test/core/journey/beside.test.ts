import { describe, expect, it } from 'vitest';
import { checkDocuments, type CheckedDocuments } from '../../../core/journey/check.ts';
import { jsonSchemas } from '../../../core/journey/json-schema.ts';
import { meetsSchema } from '../../json-schema.ts';
import { aJourney, folderWith } from './workflow-files.ts';

/** What the folder with these files holds; warnings, of what nothing uses say, are no matter here. */
const checked = (files: Readonly<Record<string, unknown>>): CheckedDocuments => {
  const { documents, problems } = checkDocuments(
    folderWith(
      aJourney(),
      Object.entries(files).map(([path, content]) => ({
        path,
        text: typeof content === 'string' ? content : JSON.stringify(content, undefined, 2),
      })),
    ),
  );
  return { ...(documents && { documents }), problems: problems.filter(({ severity }) => severity === 'error') };
};
const places = (files: Readonly<Record<string, unknown>>): readonly string[] =>
  checked(files).problems.map(({ code, file, line }) => `${code} ${file}:${line}`);

describe('a coupon pool', () => {
  const pool = { id: 'ten', name: 'Ten percent' };

  it('keeps the codes that are written in it', () => {
    const { documents } = checked({ 'coupons/ten.coupon.json': { ...pool, codes: ['A1', 'B2'] } });
    expect(documents?.coupons).toEqual([{ ...pool, codes: ['A1', 'B2'] }]);
  });

  it.each(['ten.csv', 'ten.txt'])('takes codes from a file beside it: %s', (name) => {
    const { documents, problems } = checked({
      'coupons/ten.coupon.json': { ...pool, codes: name },
      [`coupons/${name}`]: '\uFEFFA1\r\nB2\r\n',
    });
    expect(problems).toEqual([]);
    expect(documents?.coupons).toEqual([{ ...pool, codes: ['A1', 'B2'] }]);
  });

  it('tells each bad line of such a file', () => {
    const files = { 'coupons/ten.coupon.json': { ...pool, codes: 'ten.txt' } };
    expect(places({ ...files, 'coupons/ten.txt': `A1\n\nA1\n${'x'.repeat(65)}\nA 1\nB2\n\n` })).toEqual([
      'bad-code coupons/ten.txt:2',
      'duplicate-code coupons/ten.txt:3',
      'bad-code coupons/ten.txt:4',
      'bad-code coupons/ten.txt:5',
      'bad-code coupons/ten.txt:7',
    ]);
  });

  it('has codes or says how they are made, and not both', () => {
    const one = (parts: object): readonly string[] => places({ 'coupons/ten.coupon.json': { ...pool, ...parts } });
    expect(one({ generate: {} })).toEqual([]);
    expect(one({ generate: { prefix: 'TEN-', length: 24 } })).toEqual([]);
    expect(one({})).toEqual(['missing-key coupons/ten.coupon.json:1']);
    expect(one({ codes: ['A'], generate: {} })).toEqual(['ambiguous-key coupons/ten.coupon.json:1']);
    expect(one({ generate: { length: 7 } })).toEqual(['bad-count coupons/ten.coupon.json:5']);
    expect(one({ codes: ['A', 'B', 'A'] })).toEqual(['duplicate-code coupons/ten.coupon.json:7']);
    expect(one({ codes: '../secret.txt' })).toEqual(['bad-path coupons/ten.coupon.json:4']);
  });
});

describe('a table', () => {
  it('is read with quotes, empty cells and any line ends', () => {
    const text = '\uFEFFcategory,neighbour,note\r\nkitchen,"bath, and ""spa""",\r\n\r\nbath,kitchen,"two\nlines"\r\n';
    const { documents, problems } = checked({ 'tables/near.csv': text });
    expect(problems).toEqual([]);
    expect(documents?.tables).toEqual([
      {
        id: 'near',
        columns: ['category', 'neighbour', 'note'],
        rows: [
          ['kitchen', 'bath, and "spa"', ''],
          ['bath', 'kitchen', 'two\nlines'],
        ],
      },
    ]);
  });

  it('tells each bad line', () => {
    const text = 'category,neighbour\nkitchen,bath\nbath\nkitchen,garden\n,garden\nhall,a,b\n';
    expect(places({ 'tables/near.csv': text })).toEqual([
      'row-length tables/near.csv:3',
      'duplicate-row-key tables/near.csv:4',
      'row-without-key tables/near.csv:5',
      'row-length tables/near.csv:6',
    ]);
  });

  it('holds 10,000 rows and one million bytes at most', () => {
    const rows = (count: number): string => `k\n${Array.from({ length: count }, (_, index) => `${index}\n`).join('')}`;
    expect(places({ 'tables/near.csv': rows(10_000) })).toEqual([]);
    expect(places({ 'tables/near.csv': rows(10_001) })).toEqual(['large-table tables/near.csv:10002']);
    expect(places({ 'tables/near.csv': `k\n${'é'.repeat(499_998)}\n` })).toEqual([]);
    expect(places({ 'tables/near.csv': `k\n${'é'.repeat(500_000)}\n` })).toEqual(['large-table tables/near.csv:1']);
  });

  it('that is not CSV is told where its reading stopped', () => {
    expect(places({ 'tables/near.csv': 'a,b\n1,2\n3,"4\n5,6\n7,8\n' })).toEqual(['invalid-csv tables/near.csv:3']);
    expect(places({ 'tables/near.csv': 'a,b\n1,x"y"\n' })).toEqual(['invalid-csv tables/near.csv:2']);
  });

  it('is named by an id', () => {
    expect(places({ 'tables/near by.csv': 'a,b\n1,2\n' })).toEqual(['bad-id tables/near by.csv:1']);
  });
});

describe('the catalogue and the calendars', () => {
  const order = (properties: object): Readonly<Record<string, unknown>> => ({
    'events/order.event.json': { id: 'order', name: 'Order Completed', properties },
  });
  const product = { type: 'object', properties: { sku: { type: 'text', required: true }, price: 'number' } };

  it('take properties in full, as deep as they go', () => {
    const files = order({
      total: { type: 'number', required: true, oneOf: [1, 2], description: 'Paid', deprecated: 'Use sum.' },
      products: { type: 'list', of: { type: 'list', of: product } },
      extra: { type: 'object', additional: true },
    });
    const { documents, problems } = checked(files);
    expect(problems).toEqual([]);
    expect(documents?.events).toEqual(Object.values(files));
    const schema = jsonSchemas().event;
    expect(meetsSchema(Object.values(files)[0], schema)).toBe(true);
    expect(
      meetsSchema(order({ products: { type: 'list', of: { typo: 'text' } } })['events/order.event.json'], schema),
    ).toBe(false);
  });

  it.each([
    [{ total: { type: 'number', requird: true } }, 'unknown-key events/order.event.json:7'],
    [{ total: { required: true } }, 'missing-key events/order.event.json:5'],
    [{ total: { type: 'number', of: 'text' } }, 'ambiguous-key events/order.event.json:5'],
    [{ total: { type: 'list', properties: { a: 'text' } } }, 'ambiguous-key events/order.event.json:5'],
    [{ total: { type: 'text', additional: true } }, 'ambiguous-key events/order.event.json:5'],
    [{ total: { type: 'boolean', oneOf: ['a'] } }, 'ambiguous-key events/order.event.json:5'],
    [{ total: { type: 'number', oneOf: [1, '2'] } }, 'wrong-type events/order.event.json:5'],
    [{ total: { type: 'text', atLeast: 1 } }, 'ambiguous-key events/order.event.json:5'],
    [{ total: { type: 'number', atLeast: 2, atMost: 1 } }, 'ambiguous-key events/order.event.json:5'],
    [{ total: { type: 'text', oneOf: [] } }, 'empty-list events/order.event.json:7'],
    [
      { list: { type: 'list', of: { ...product, properties: { a: 'txt' } } } },
      'unknown-value events/order.event.json:10',
    ],
  ])('tell what a property in full cannot say: %j', (properties, problem) => {
    expect(places(order(properties))).toEqual([problem]);
  });

  it.each([
    ['products.price', { type: 'list', of: product }],
    ['products.price', { ...product }],
    ['products.0.price', { type: 'list', of: { type: 'object', properties: { 0: product } } }],
  ])('know the type of what is inside: %s', (path, products) => {
    const segment = (test: unknown): object => ({
      'segments/s.segment.json': { id: 's', name: 'S', when: { did: 'Order Completed', where: { [path]: test } } },
    });
    expect(places({ ...order({ products }), ...segment(3) })).toEqual([]);
    const wrong = places({ ...order({ products }), ...segment('3') });
    expect(wrong).toEqual(['wrong-property-type segments/s.segment.json:7']);
  });

  it('are read, and a country is known by its capitals', () => {
    const event = { id: 'order-completed', name: 'Order Completed', properties: { total: 'number' } };
    const calendar = { id: 'lv', name: 'Latvia', holidays: { 'new-year': '--01-01', easter: ['2026-04-05'] } };
    const { documents, problems } = checked({
      'events/order-completed.event.json': event,
      'calendars/lv.json': calendar,
    });
    expect(problems).toEqual([]);
    expect(documents?.events).toEqual([event]);
    expect(documents?.calendars).toEqual([{ ...calendar, id: 'LV' }]);
  });

  it('tell what is no type, no country and no day', () => {
    const event = { id: 'x', name: 'X', properties: { total: 'nmber' } };
    const holidays = { a: '--02-30', b: '2026-04-05', c: ['2026-02-29'], leap: '--02-29' };
    const files = { 'events/x.event.json': event, 'calendars/LV.json': { id: 'LV', name: 'Latvia', holidays } };
    expect(places(files)).toEqual([
      'unknown-value events/x.event.json:5',
      'bad-date calendars/LV.json:5',
      'bad-date calendars/LV.json:6',
      'bad-date calendars/LV.json:8',
    ]);
  });
});

it('the breaker of a workspace counts one message or more', () => {
  const files = folderWith(aJourney()).map((file) =>
    file.path === 'workspace.json'
      ? { ...file, text: JSON.stringify({ ...JSON.parse(file.text), breaker: { atMost: 0 } }) }
      : file,
  );
  expect(checkDocuments(files).problems.map(({ code }) => code)).toEqual(['bad-count']);
});
