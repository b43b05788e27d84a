import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createFolder, type ImportOutcome } from '../../../core/event/import-fold.ts';
import { parseImportMap } from '../../../core/event/import-map.ts';
import type { ImportMap } from '../../../core/event/import-schema.ts';

const shipped = JSON.parse(readFileSync('examples/online-retail.map.json', 'utf8')) as Record<string, unknown>;

const mapOf = (json: unknown): ImportMap => {
  const parsed = parseImportMap(json);
  if ('findings' in parsed) throw new Error(JSON.stringify(parsed.findings));
  return parsed.map;
};
const messagesOf = (json: unknown): string[] => {
  const parsed = parseImportMap(json);
  return 'findings' in parsed ? parsed.findings.map((finding) => `${finding.path.join('.')}: ${finding.message}`) : [];
};
type Row = readonly [invoice: string, quantity: string, price: string, time?: string | undefined, customer?: string];
const aRecord = ([invoice, quantity, price, time = '2011-01-05 13:40', customer = '17850']: Row): Record<
  string,
  string
> => ({
  invoice_no: invoice,
  stock_code: '85123A',
  quantity,
  invoice_date: time,
  unit_price: price,
  customer_id: customer,
  country: 'Norway',
});
const fold = (rows: readonly Row[], map = mapOf(shipped)): ImportOutcome[] => {
  const folder = createFolder(map);
  const outcomes = rows.flatMap((row, index) => folder.fold(aRecord(row), index + 2));
  return [...outcomes, ...folder.end()];
};
const eventsOf = (outcomes: readonly ImportOutcome[]): unknown[] =>
  outcomes.flatMap((outcome) =>
    outcome.kind === 'message' && outcome.message['type'] === 'track' ? [outcome.message] : [],
  );
const problemsOf = (outcomes: readonly ImportOutcome[]): string[] =>
  outcomes.flatMap((outcome) =>
    outcome.kind === 'problem' ? [`${outcome.code} ${outcome.lineNumbers.join(',')}`] : [],
  );

describe('folding invoice lines', () => {
  it('makes one order of the lines of one invoice', () => {
    expect(
      eventsOf(
        fold([
          ['1', '6', '2.55'],
          ['1', '2', '3.39'],
        ]),
      ),
    ).toEqual([
      {
        type: 'track',
        event: 'Order Completed',
        messageId: 'online-retail-1',
        timestamp: '2011-01-05T13:40:00.000Z',
        userId: '17850',
        properties: {
          orderId: '1',
          currency: 'GBP',
          revenue: 22.08,
          products: [
            { product_id: '85123A', price: 2.55, quantity: 6 },
            { product_id: '85123A', price: 3.39, quantity: 2 },
          ],
        },
      },
    ]);
  });

  it('counts only sold lines, and makes no order of an invoice without any', () => {
    const events = eventsOf(
      fold([
        ['1', '6', '0'],
        ['1', '1', '1.5'],
        ['2', '9', '0.0'],
      ]),
    );
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ properties: { revenue: 1.5, products: [{ quantity: 1 }] } });
  });

  it('makes a cancellation of an invoice that begins with C', () => {
    expect(eventsOf(fold([['C1', '-3', '1.25']]))).toMatchObject([
      { event: 'Order Cancelled', properties: { total: -3.75 } },
    ]);
  });

  it('adds up exactly and rounds once, halves away from zero', () => {
    const revenues = eventsOf(
      fold([
        ['1', '1', '0.001'],
        ['1', '1', '0.004'],
        ['2', '3', '0.1'],
        ['3', '1', '1.005'],
      ]),
    );
    expect(revenues).toMatchObject([0.01, 0.3, 1.01].map((revenue) => ({ properties: { revenue } })));
  });

  it('takes the time from the first line and reads it in the zone of the column', () => {
    const events = eventsOf(
      fold([
        ['1', '1', '1', '2011-06-01 09:59'],
        ['1', '1', '1', '2011-06-01 10:00'],
      ]),
    );
    expect(events).toMatchObject([{ timestamp: '2011-06-01T08:59:00.000Z' }]);
  });

  it('puts an invoice together again that another one interrupts', () => {
    const events = eventsOf(
      fold([
        ['1', '1', '1'],
        ['C2', '-1', '1'],
        ['1', '1', '2'],
      ]),
    );
    expect(events).toMatchObject([{ properties: { revenue: 3 } }, { event: 'Order Cancelled' }]);
  });

  it('says so when an invoice comes back after it was closed', () => {
    const outcomes = fold(
      [
        ['1', '1', '1'],
        ['2', '1', '1'],
        ['1', '1', '2'],
      ],
      mapOf({ ...shipped, keepOpen: 0 }),
    );
    expect(problemsOf(outcomes)).toEqual(['group_reopened 4']);
  });

  it('refuses the whole invoice when one of its lines cannot be read', () => {
    const outcomes = fold([
      ['1', '1', '1'],
      ['1', 'six', '1'],
      ['2', '1', '1', '2011-02-30 10:00'],
      ['3', '1', '1'],
    ]);
    expect(problemsOf(outcomes)).toEqual(['number_invalid 2,3', 'timestamp_invalid 4']);
    expect(eventsOf(outcomes)).toHaveLength(1);
  });

  it('reports an invoice that names nobody, once, with all its lines', () => {
    expect(
      problemsOf(
        fold([
          ['1', '1', '1', undefined, ''],
          ['1', '1', '1', undefined, ''],
        ]),
      ),
    ).toEqual(['identity_missing 2,3']);
  });

  it('refuses an invoice that belongs to two customers', () => {
    expect(
      problemsOf(
        fold([
          ['1', '1', '1'],
          ['1', '1', '1', undefined, '12345'],
        ]),
      ),
    ).toEqual(['group_mixed 2,3']);
  });

  it('knows from which line an interrupted import has to read on', () => {
    const folder = createFolder(mapOf({ ...shipped, keepOpen: 1 }));
    const lines = ['1', '1', '2', '3'].map((invoice, index) => {
      folder.fold(aRecord([invoice, '1', '1']), index + 2);
      return folder.resumeLine();
    });
    expect(lines).toEqual([2, 2, 2, 4]);
  });
});

describe('reading a map', () => {
  it('accepts the shipped map', () => {
    expect(messagesOf(shipped)).toEqual([]);
  });

  it('names every reference that leads nowhere', () => {
    const broken = structuredClone(shipped) as {
      columns: Record<string, unknown>;
      groupBy: string;
      messages: Record<string, unknown>[];
    };
    broken.groupBy = 'invoice';
    broken.columns['invoice_date'] = { time: 'D.M.YY', zone: 'Europe/Londn' };
    broken.messages[0]!['userId'] = { column: 'customer' };
    broken.messages[0]!['traits'] = { orders: { count: 'solid' }, spent: { sum: 'country' } };
    expect(messagesOf(broken)).toEqual([
      'columns.invoice_date.zone: "Europe/Londn" is not a time zone such as "Europe/London".',
      expect.stringContaining('columns.invoice_date.time: A local time is written as one of'),
      'groupBy: There is no column "invoice" in "columns".',
      'messages.0.userId.column: There is no column "customer" in "columns".',
      'messages.0.traits.orders.count: There is no set of lines named "solid" in "lines".',
      'messages.0.traits.spent.sum: Only "integer" and "decimal" columns can be added up; "country" is neither.',
    ]);
  });

  it('says in plain words what is missing, unknown or of the wrong kind', () => {
    const broken = structuredClone(shipped) as {
      columns: Record<string, unknown>;
      messages: Record<string, unknown>[];
    };
    broken.columns['quantity'] = 'number';
    delete broken.messages[0]!['messageId'];
    broken.messages[0]!['properteis'] = {};
    broken.messages[0]!['type'] = 'event';
    broken.messages[0]!['userId'] = { column: 7 };
    expect(messagesOf(broken)).toEqual([
      expect.stringContaining('columns.quantity: A column is "text", "integer", "instant"'),
      'messages.0.type: "type" should be one of identify, track, page, screen, group, alias.',
      'messages.0: "messageId" is missing.',
      expect.stringContaining('messages.0.userId: A value is plain JSON, or one of'),
      'messages.0.properteis: "properteis" means nothing here.',
    ]);
    expect(messagesOf({})).toEqual([': "name" is missing.', ': "columns" is missing.', ': "messages" is missing.']);
  });
});
