import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/event/event.ts';
import { acceptEvents } from '../../../functions/accept-events/accept-events.ts';
import { commitOf } from '../../../functions/aws/table/commit.ts';
import { itemSize } from '../../../bench/aws-cost/item-size.ts';
import { aJourney, anIdentify, aTrack, startMs, TestHome } from '../../builders.ts';

const journey = aJourney({
  entry: { on: { event: 'Cart Filled' }, key: 'properties.cartId', again: 'always' },
  exit: [{ on: { event: 'Order Completed' } }],
  steps: [{ id: 'wait', wait: 'P1D' }],
});

describe('messages of one request that people are written to at once by', () => {
  it('keep the order of one person who has two names in it', async () => {
    const home = new TestHome({ journeys: [journey], isRecorded: true });
    await home.accept(anIdentify({}, { userId: 'ana', anonymousId: 'a1' }));
    const commit = home.store.commit.bind(home.store);
    home.store.commit = async (change) => {
      // Whoever comes second would be first here.
      if (change.events?.some(({ name }) => name === 'Cart Filled')) await new Promise((go) => setTimeout(go, 20));
      return commit(change);
    };
    const { userId: _, ...filled } = aTrack('Cart Filled', { cartId: 'c1' }, { anonymousId: 'a1' });
    const ordered = aTrack('Order Completed', {}, { userId: 'ana' });
    const from = home.log.length;
    await acceptEvents(home.ports, 8)([filled as Message, ordered]);
    const names = home.log.slice(from).flatMap(({ events = [] }) => events.map(({ name }) => name));
    expect(names).toEqual(['Cart Filled', 'Order Completed']);
  });

  it('make no row that DynamoDB would refuse, however much they tell', async () => {
    const home = new TestHome({ journeys: [journey], isRecorded: true });
    await home.accept(anIdentify({ email: 'ana@b.lv' }));
    const note = (): string => randomBytes(23_000).toString('base64');
    const messages = Array.from({ length: 18 }, (_, index) =>
      aTrack('Cart Filled', { cartId: `c${index}`, note: note() }, { messageId: `note-${index}` }),
    );
    const from = home.log.length;
    const results = await acceptEvents(home.ports, 8)(messages);
    expect(results.map(({ status }) => status)).toEqual(messages.map(() => 'accepted'));
    for (const change of home.log.slice(from)) {
      const { items } = commitOf({
        change,
        tableName: 'table',
        nowMs: startMs,
        before: () => undefined,
        leaving: new Map(),
      });
      for (const { Put } of items) if (Put) expect(itemSize(Put.Item!)).toBeLessThan(400_000);
    }
  });
});
