import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FrequencyCap, Journey } from '../../../core/journey/document.ts';
import type { Delivery } from '../../../core/message/delivery.ts';
import type { Change } from '../../../core/ports.ts';
import { addDuration } from '../../../core/time/duration.ts';
import { aJourney, anIdentify, aTrack, aWorkspace, hourMs, startMs, TestHome } from '../../builders.ts';
import { runs } from '../../properties.ts';

const channels = ['email', 'sms'] as const;
const topics = ['offers', 'news'] as const;
const caps: fc.Arbitrary<readonly FrequencyCap[]> = fc.array(
  fc.record(
    {
      channels: fc.constantFrom<FrequencyCap['channels']>('email', 'sms', ['email', 'sms']),
      topic: fc.constantFrom(...topics),
      atMost: fc.integer({ min: 1, max: 2 }),
      within: fc.constantFrom('PT3H', 'P1D'),
      then: fc.constantFrom('skip' as const, 'defer' as const),
    },
    { requiredKeys: ['channels', 'atMost', 'within'] },
  ),
  { minLength: 1, maxLength: 2 },
);
const quiet = fc.constantFrom({ from: '11:00', to: '15:00' }, { from: '22:00', to: '08:00' });
const journeys: fc.Arbitrary<readonly Journey[]> = fc
  .array(
    fc.record({
      priority: fc.constantFrom(10, 50, 90),
      channel: fc.constantFrom(...channels),
      topic: fc.option(fc.constantFrom(...topics), { nil: undefined }),
      // None ends just as quiet hours do: at one and the same instant whoever comes first goes.
      waits: fc.constantFrom(undefined, undefined, 'PT30M', 'PT2H7M', 'PT5H7M', 'PT13H7M'),
    }),
    { minLength: 2, maxLength: 5 },
  )
  .map((list) =>
    list.map(({ priority, channel, topic, waits }, index) =>
      aJourney({
        id: `j${index}`,
        priority,
        steps: [
          ...(waits === undefined ? [] : [{ id: 'rest', wait: waits } as const]),
          { id: 'send', send: { [channel]: `j${index}` }, ...(topic && { topic }), useBy: 'P3D' },
        ],
      }),
    ),
  );

const covers = (
  cap: FrequencyCap,
  { channel, topic }: { readonly channel: string; readonly topic?: string },
): boolean => [cap.channels].flat().some((one) => one === channel) && (cap.topic === undefined || cap.topic === topic);
/** Whether a cap turns a message away for those that went before it. */
const isFull = (cap: FrequencyCap, row: Delivery, before: readonly Delivery[]): boolean =>
  covers(cap, row) &&
  before.filter((one) => covers(cap, one) && addDuration(one.atMs, cap.within, 'UTC', 1) > row.atMs).length >=
    cap.atMost;
const rowsIn = (change: Change) => (change.deliveries ?? []).map(({ row }) => row);

it('no cap is overrun, and nobody of lower priority takes a slot that a higher one waited for at that moment', async () => {
  await fc.assert(
    fc.asyncProperty(journeys, caps, quiet, async (all, frequencyCaps, hours) => {
      const workspace = aWorkspace({ frequencyCaps, quietHours: { email: hours, sms: hours } });
      const home = new TestHome({ journeys: all, workspace });
      await home.accept(anIdentify({ email: 'ana@b.lv', phone: '+37126123456' }), aTrack('Cart Filled'));
      await home.windTo(startMs + 200 * hourMs);
      const priorityOf = new Map(all.map(({ id, priority }) => [id, priority!]));
      const sent = home.deliveries().filter(({ status }) => status === 'sent');
      for (const cap of frequencyCaps) {
        const counted = sent.filter((one) => covers(cap, one));
        for (const { atMs } of counted) {
          const untilMs = addDuration(atMs, cap.within, 'UTC', 1);
          expect(counted.filter((one) => one.atMs >= atMs && one.atMs < untilMs).length).toBeLessThanOrEqual(
            cap.atMost,
          );
        }
      }
      // Whoever was turned away by a cap in the five minutes after a lower one had gone, and had waited for that time: there
      // was no slot for it without the lower one either.
      const waitedUntil = new Map<string, number>();
      // Those who send at once all begin with the same event.
      const atOnce = new Set(all.filter(({ steps }) => steps.length === 1).map(({ id }) => id));
      for (const row of home.log.flatMap(rowsIn)) {
        const dueMs = waitedUntil.get(row.deliveryId) ?? (atOnce.has(row.journeyId) ? startMs : undefined);
        const wasTurnedAway = row.reason === 'frequency-cap' && dueMs !== undefined && row.atMs < dueMs + 5 * 60_000;
        if (wasTurnedAway) {
          const usurpers = sent.filter(
            (one) =>
              one.atMs >= dueMs &&
              one.atMs <= row.atMs &&
              priorityOf.get(one.journeyId)! < priorityOf.get(row.journeyId)! &&
              frequencyCaps.some((cap) => covers(cap, one) && covers(cap, row)),
          );
          const others = sent.filter((one) => one.atMs <= row.atMs && !usurpers.includes(one));
          expect(usurpers.length === 0 || frequencyCaps.some((cap) => isFull(cap, row, others))).toBe(true);
        }
        if (row.status === 'deferred' && row.untilMs !== undefined) waitedUntil.set(row.deliveryId, row.untilMs);
      }
      expect(home.problems).toEqual([]);
      home.close();
    }),
    runs(2_000),
  );
});
