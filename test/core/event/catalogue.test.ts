import { describe, expect, it } from 'vitest';
import { catalogueOf, type Judgement } from '../../../core/event/catalogue.ts';
import type { Message } from '../../../core/event/event.ts';
import { publish } from '../../../core/definitions.ts';
import type { EventDocument, EventRules } from '../../../core/journey/document.ts';
import { aJourney, aMessage, anIdentify, aTrack, aWorkspace, documentsOf } from '../../builders.ts';

const product = {
  type: 'object',
  properties: { sku: { type: 'text', required: true }, price: { type: 'number', atLeast: 0 } },
} as const;
const order: EventDocument = {
  id: 'order',
  name: 'Order Completed',
  properties: {
    total: { type: 'number', required: true, atLeast: 0, atMost: 10_000 },
    currency: { type: 'text', oneOf: ['EUR', 'SEK'] },
    isGift: 'boolean',
    arrivesOn: 'date',
    products: { type: 'list', of: product },
    note: { type: 'object', additional: true, properties: { text: 'text' } },
    'address.city': 'text',
  },
};
const judge = (rules: EventRules, message: Message, more: readonly EventDocument[] = []): Judgement | undefined => {
  const journeys = [aJourney({ steps: [{ emit: { event: 'Offer Made' } }] })];
  const workspace = { ...aWorkspace(), events: rules };
  return catalogueOf(documentsOf({ workspace, journeys, events: [order, ...more] }))?.(message);
};
const told = (properties: object): readonly string[] => {
  const judged = judge({ validation: 'warn' }, aTrack('Order Completed', properties as never));
  return (judged?.problems ?? []).map(({ code, path }) => `${code} ${path}`);
};

describe('the catalogue', () => {
  it('has nothing against an event that is as it says', () => {
    const products = [
      { sku: 'a', price: 1.5 },
      { sku: 'b', price: null },
    ];
    const whole = { total: 3, currency: 'EUR', isGift: false, arrivesOn: '2026-11-21', products, note: { any: [1] } };
    expect(told({ ...whole, address: { city: 'Riga' } })).toEqual([]);
    expect(told({ total: 0, arrivesOn: '2026-11-21T10:00:00+02:00', address: [{ city: 'Riga' }, {}] })).toEqual([]);
  });

  it.each([
    [{}, ['property_missing properties.total']],
    [{ total: null }, ['property_missing properties.total']],
    [{ total: '3' }, ['property_type properties.total']],
    [{ total: -1 }, ['property_range properties.total']],
    [{ total: 10_001 }, ['property_range properties.total']],
    [{ total: 1, currency: 'USD' }, ['property_value properties.currency']],
    [{ total: 1, isGift: 1 }, ['property_type properties.isGift']],
    [{ total: 1, arrivesOn: '21.11.2026' }, ['property_type properties.arrivesOn']],
    [{ total: 1, arrivesOn: '2026-11-21T10:00:00' }, ['property_type properties.arrivesOn']],
    [{ total: 1, products: {} }, ['property_type properties.products']],
    [{ total: 1, products: ['a'] }, ['property_type properties.products']],
    [{ total: 1, products: [{ sku: 'a' }, {}, {}] }, ['property_missing properties.products.sku']],
    [{ total: 1, products: [{ sku: 'a', price: -1 }] }, ['property_range properties.products.price']],
    [{ total: 1, products: [{ sku: 'a', colour: 'red' }] }, ['property_unknown properties.products.colour']],
    [{ total: 1, note: { text: 1 } }, ['property_type properties.note.text']],
    [{ total: 1, address: { city: 4 } }, ['property_type properties.address.city']],
    [{ total: 1, totl: 1 }, ['property_unknown properties.totl']],
  ])('tells what of an event is not as it says: %j', (properties, problems) => {
    expect(told(properties)).toEqual(problems);
  });

  it('tells no value, and guesses what was meant', () => {
    const secret = 'ana@example.com';
    const properties = { total: secret, currency: secret, arrivesOn: secret, products: secret, isGift: secret };
    const judged = judge({ validation: 'warn' }, aTrack('Order Completed', { ...properties, curency: secret }));
    expect(judged?.problems).toHaveLength(6);
    expect(JSON.stringify(judged)).not.toContain(secret);
    expect(judged?.problems.at(-1)?.suggestion).toBe('Did you mean "currency"?');
  });

  it('tells ten problems of an event at most', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`odd${index}`, 1]));
    expect(told({ total: 1, ...many })).toHaveLength(10);
  });

  it('goes by the mode of the event before that of the workspace', () => {
    const wrong = aTrack('Order Completed', {});
    const own = (validation: 'off' | 'quarantine'): EventDocument => ({ ...order, validation });
    const modeOf = (rules: EventRules, event: EventDocument): string | undefined =>
      catalogueOf(documentsOf({ workspace: { ...aWorkspace(), events: rules }, events: [event] }))?.(wrong)?.mode;
    expect(modeOf({}, order)).toBeUndefined();
    expect(modeOf({ validation: 'warn' }, order)).toBe('warn');
    expect(modeOf({ validation: 'warn' }, own('quarantine'))).toBe('quarantine');
    expect(modeOf({}, own('quarantine'))).toBe('quarantine');
    expect(modeOf({ validation: 'quarantine' }, own('off'))).toBeUndefined();
  });

  it('knows of an unlisted name whether journeys emit it or Sojourn understands it', () => {
    const rules = { unknown: 'quarantine' } as const;
    const { mode, problems } = judge(rules, aTrack('Order Complete', {}))!;
    expect([mode, problems.map(({ code, path }) => `${code} ${path}`)]).toEqual([
      'quarantine',
      ['event_unknown event'],
    ]);
    expect(problems[0]!.suggestion).toBe('Did you mean "Order Completed"?');
    for (const name of ['Offer Made', 'Email Opened', 'Task Completed'])
      expect(judge(rules, aTrack(name, {}))).toBeUndefined();
    expect(judge(rules, aMessage({ type: 'page', properties: { path: '/' } }))).toBeUndefined();
    expect(judge({ validation: 'warn' }, aTrack('Order Complete', {}))).toBeUndefined();
  });

  it('lets pass who somebody is, and at most warns of what blocks an address', () => {
    const bounced = { id: 'b', name: 'Email Bounced', properties: { type: { type: 'text', required: true } } } as const;
    const all = { validation: 'quarantine', unknown: 'quarantine' } as const;
    expect(judge(all, anIdentify({ odd: 1 }))).toBeUndefined();
    expect(judge(all, aMessage({ type: 'alias', previousId: 'a' }))).toBeUndefined();
    expect(judge(all, aTrack('Email Bounced', {}), [bounced])?.mode).toBe('warn');
  });

  it('lets pages have a name and a category', () => {
    const page = { id: 'p', name: 'Page Viewed', properties: { path: 'text' } } as const;
    const view = (properties: object): Message => aMessage({ type: 'page', properties: properties as never });
    const rules = { validation: 'warn' } as const;
    expect(judge(rules, view({ name: 'Home', category: 'Shop', path: '/' }), [page])).toBeUndefined();
    expect(judge(rules, view({ name: 'Home', title: 'Shop' }), [page])?.problems).toHaveLength(1);
  });

  it('is none where nobody asks for it', () => {
    expect(publish(documentsOf({ events: [order] })).catalogue).toBeUndefined();
    const workspace = { ...aWorkspace(), events: { validation: 'quarantine', unknown: 'quarantine' } } as const;
    expect(publish(documentsOf({ workspace })).catalogue).toBeUndefined();
    expect(publish(documentsOf({ workspace, events: [order] })).catalogue).toBeDefined();
  });
});
