import { publish } from '../core/definitions.ts';
import type { Message } from '../core/event/event.ts';
import type { Documents, EventRules, Properties } from '../core/journey/document.ts';
import { judgeEvents, type JudgePorts } from '../functions/judge-events/judge-events.ts';
import type { Bench, Figure } from './report.ts';

const events = 200_000;
const nowMs = Date.parse('2026-03-02T10:00:00Z');
const properties: Properties = {
  orderId: { type: 'text', required: true },
  total: { type: 'number', required: true, atLeast: 0 },
  currency: { type: 'text', oneOf: ['EUR', 'SEK'] },
  products: {
    type: 'list',
    of: { type: 'object', properties: { sku: { type: 'text', required: true }, price: 'number', quantity: 'number' } },
  },
};
const documentsOf = (rules: EventRules): Documents => ({
  workspace: {
    ...{ name: 'Bench', timeZone: 'UTC', locale: 'en', currency: 'EUR', sender: {}, conversion: [] },
    events: rules,
  },
  ...{ segments: [], audiences: [], journeys: [], coupons: [], tables: [], calendars: [], traits: [], templates: [] },
  events: [{ id: 'order', name: 'Order Completed', properties }],
});
const product = { sku: 'P-1', price: 9.5, quantity: 2 };
const message: Message = {
  ...{ type: 'track', messageId: 'm', name: 'Order Completed', userId: 'u', trust: 'server' },
  ...{ traits: {}, context: {}, occurredMs: nowMs, receivedMs: nowMs },
  properties: { orderId: 'o-1', total: 28.5, currency: 'EUR', products: [product, product, product] },
};

/** Nanoseconds that an event spends at the door, whose other side does nothing. */
async function spent(rules: EventRules): Promise<number> {
  const definitions = publish(documentsOf(rules));
  const accepted = [{ messageId: 'm', status: 'accepted' }] as const;
  const ports = { definitions: { current: async () => definitions }, accept: async () => accepted };
  // Nothing is wrong with these events: nothing else is asked for.
  const door = judgeEvents(ports as unknown as JudgePorts);
  const batch = [message];
  const pass = async (): Promise<number> => {
    const startMs = performance.now();
    for (let index = 0; index < events; index++) await door(batch);
    return ((performance.now() - startMs) * 1e6) / events;
  };
  await pass();
  return Math.min(await pass(), await pass(), await pass());
}

/** What it costs to hold an event against the catalogue. */
export const judgingBench: Bench = {
  name: 'judging',
  run: async (): Promise<readonly Figure[]> => {
    const without = await spent({});
    const judged = await spent({ validation: 'quarantine' });
    return [
      { work: 'an event at the door, where nobody asks for the catalogue', value: without, unit: 'ns' },
      {
        ...{ work: 'an order of three products, held against the catalogue', value: judged, unit: 'ns' },
        note: `${Math.round(judged - without)} ns for the judging itself`,
      },
    ];
  },
};
