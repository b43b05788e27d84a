import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { clientTypes } from '../../../core/event/client-types.ts';
import { propertyTypes, type EventDocument, type Property } from '../../../core/journey/document.ts';
import { runs } from '../../properties.ts';

const orderCompleted: EventDocument = {
  id: 'order-completed',
  name: 'Order Completed',
  description: 'Paid, at the till */ or on the web',
  owner: 'Shop team',
  properties: {
    orderId: { type: 'text', required: true },
    total: { type: 'number', required: true, description: 'In major units' },
    currency: { type: 'text', oneOf: ['EUR', 'SEK'] },
    paidAt: 'date',
    coupon: { type: 'text', deprecated: 'Use coupons.' },
    products: {
      type: 'list',
      required: true,
      of: { type: 'object', properties: { sku: { type: 'text', required: true }, 'size.eu': 'number' } },
    },
    'products.price': 'number',
    address: { type: 'object', additional: true, properties: { city: { type: 'text', required: true } } },
    'gift-wrap': 'boolean',
  },
};
const catalogue: readonly EventDocument[] = [
  orderCompleted,
  { id: 'signed-up', name: 'Signed Up', properties: { plan: 'text' } },
  { id: 'trial-cancelled', name: 'Trial Cancelled', deprecated: 'Use Subscription Ended.' },
];

const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: ['node'],
};

/** Lines of `use.ts` that do not compile beside the types; the types themselves must. */
function linesThatFail(types: string, use: string): readonly number[] {
  const files = new Map([
    [`${process.cwd()}/made-types.ts`, types],
    [`${process.cwd()}/made-use.ts`, use],
  ]);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  const program = ts.createProgram([...files.keys()], options, host);
  const found = ts.getPreEmitDiagnostics(program);
  const lineOf = ({ file, start }: ts.Diagnostic): number => file!.getLineAndCharacterOfPosition(start ?? 0).line + 1;
  expect(
    found
      .filter(({ file }) => !file?.fileName.endsWith('made-use.ts'))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  ).toEqual([]);
  return [...new Set(found.map(lineOf))].sort((a, b) => a - b);
}

/** Numbers of the lines that say that they must not compile. */
const linesMarked = (use: string): readonly number[] =>
  use.split('\n').flatMap((line, index) => (line.includes('// no:') ? [index + 1] : []));

const serverUse = `import { Analytics } from '@segment/analytics-node';
import type { Track, TypedClient } from './made-types.ts';
const analytics: TypedClient = new Analytics({ writeKey: 'k' });
const products = [{ sku: 'a', price: 3, size: { eu: 42 } }];
analytics.track({ userId: 'ana', event: 'Order Completed', properties: { orderId: '1', total: 3, products, currency: 'EUR', paidAt: new Date(), coupon: undefined } });
analytics.track({ anonymousId: 'x', event: 'Signed Up' });
analytics.track({ userId: 'ana', anonymousId: 'x', event: 'Trial Cancelled', properties: { anything: 1 }, messageId: 'm', timestamp: '2026-11-21T10:00:00Z' });
const body: Track<'Signed Up'> = { userId: 'ana', event: 'Signed Up', properties: { plan: 'pro' } };
void fetch('http://127.0.0.1:4000/v1/track', { method: 'POST', body: JSON.stringify(body) });
analytics.track({ userId: 'ana', event: 'Order Completed', properties: { orderId: '1', total: 3, products, address: { city: 'Riga', floor: 2 } } });
analytics.track({ userId: 'ana', event: 'Order Complete', properties: { orderId: '1', total: 3, products } }); // no: name
analytics.track({ userId: 'ana', event: 'Order Completed', properties: { orderId: '1', products } }); // no: total is missing
analytics.track({ userId: 'ana', event: 'Order Completed' }); // no: properties are missing
analytics.track({ userId: 'ana', event: 'Order Completed', properties: { orderId: '1', total: '3', products } }); // no: a text
analytics.track({ userId: 'ana', event: 'Order Completed', properties: { orderId: '1', total: 3, products, currency: 'USD' } }); // no: not one of
analytics.track({ userId: 'ana', event: 'Order Completed', properties: { orderId: '1', total: 3, products, totl: 3 } }); // no: unknown
analytics.track({ userId: 'ana', event: 'Order Completed', properties: { orderId: '1', total: 3, products: [{ price: 3 }] } }); // no: sku is missing
analytics.track({ userId: 'ana', event: 'Order Completed', properties: { orderId: '1', total: 3, products: [{ sku: 'a', price: '3' }] } }); // no: a text inside
analytics.track({ userId: 'ana', event: 'Order Completed', properties: { orderId: '1', total: 3, products, address: {} } }); // no: city is missing
analytics.track({ event: 'Signed Up' }); // no: nobody
`;
const webUse = `import type { TypedClient } from './made-types.ts';
declare const browser: { track(event: string | object, properties?: object, options?: object, callback?: () => void): Promise<void> };
const analytics: TypedClient = browser;
const products = [{ sku: 'a' }];
analytics.track('Order Completed', { orderId: '1', total: 3, products, 'gift-wrap': true }, { context: {} });
analytics.track('Signed Up');
analytics.track('Trial Cancelled', { anything: 1 });
analytics.track('Order Complete', { orderId: '1', total: 3, products }); // no: name
analytics.track('Order Completed'); // no: properties are missing
analytics.track('Order Completed', { orderId: 1, total: 3, products }); // no: a number
analytics.track('Signed Up', { plans: 'pro' }); // no: unknown
`;

describe('the types of the catalogue', () => {
  it.each([
    ['server', serverUse],
    ['web', webUse],
  ] as const)(
    'let through what fits, and nothing else: %s',
    (client, use) => {
      expect(linesThatFail(clientTypes(catalogue, client), use)).toEqual(linesMarked(use));
    },
    60_000,
  );

  it('carry what the catalogue says to people', () => {
    const text = clientTypes(catalogue, 'web');
    expect(text).toContain(' * "Order Completed": Paid, at the till *\\/ or on the web\n * Owner: Shop team\n');
    expect(text).toContain('  /** In major units */\n  total: number;\n');
    expect(text).toContain('  /** @deprecated Use coupons. */\n');
    expect(text).toContain(' * @deprecated Use Subscription Ended.\n');
  });

  it('take a path of which only the inside is named for an object or a list of them', () => {
    const event = { id: 'a', name: 'A', properties: { 'items.price': 'number' } } as const;
    const use = `import type { AProperties } from './made-types.ts';
export const one: AProperties = { items: { price: 1 } };
export const many: AProperties = { items: [{ price: 1 }] };
export const wrong: AProperties = { items: [{ price: 'x' }] }; // no: a text
`;
    expect(linesThatFail(clientTypes([event], 'web'), use)).toEqual(linesMarked(use));
  }, 60_000);

  const name = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom('order completed', 'Order Completed', '1', '…', '*/', '__proto__', 'constructor', 'Заказ'),
  );
  const { property } = fc.letrec<{ property: Property; properties: Record<string, Property> }>((tie) => ({
    properties: fc.dictionary(name, tie('property'), { maxKeys: 4 }),
    property: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom(...propertyTypes),
      fc.record({ type: fc.constant('list' as const), of: tie('property') }),
      fc.record({ type: fc.constant('object' as const), properties: tie('properties'), additional: fc.boolean() }),
      fc.record({ type: fc.constant('text' as const), oneOf: fc.array(name, { minLength: 1 }), description: name }),
    ),
  }));
  const document = fc.record<EventDocument>(
    { id: name, name, description: name, deprecated: name, properties: fc.dictionary(name, property, { maxKeys: 5 }) },
    { requiredKeys: ['id', 'name'] },
  );

  it('are TypeScript whatever the names, each interface once, and the same for any order of files', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(document, { selector: ({ id }) => id, minLength: 1, maxLength: 6 }),
        fc.constantFrom('server', 'web'),
        (events, client) => {
          const text = clientTypes(events, client);
          const { diagnostics } = ts.transpileModule(text, { compilerOptions: options, reportDiagnostics: true });
          expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
          const source = ts.createSourceFile('a.ts', text, ts.ScriptTarget.ES2022);
          const interfaces = source.statements.filter(ts.isInterfaceDeclaration).map((one) => one.name.text);
          expect(new Set(interfaces).size).toBe(interfaces.length);
          const names = new Set(events.map((event) => event.name));
          expect(interfaces.filter((one) => one.endsWith('Properties'))).toHaveLength(names.size);
          expect(clientTypes(events.toReversed(), client)).toBe(text);
        },
      ),
      runs(2_000),
    );
  }, 180_000);
});
