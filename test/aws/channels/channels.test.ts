import { describe, expect, it } from 'vitest';
import type { SmsMessage } from '../../../core/message/message.ts';
import type { HandOver } from '../../../core/ports.ts';
import { AwsChannels, type AwsChannelsOptions } from '../../../functions/aws/channels/channels.ts';
import { Pace } from '../../../functions/aws/channels/pace.ts';
import { aClock } from './a-clock.ts';

const aText = (parts: number): SmsMessage => ({
  channel: 'sms',
  purpose: 'marketing',
  to: '+4915112345678',
  text: 'Hi',
  parts: { encoding: 'gsm-7', units: 2, parts },
  tags: { deliveryId: 'd-1' },
});
const channels = (given: Partial<AwsChannelsOptions> = {}): AwsChannels =>
  new AwsChannels({ senders: {}, waiting: aClock(), ...given });

describe('a pace', () => {
  it('gives turns evenly, the first at once', async () => {
    const waiting = aClock();
    const pace = new Pace(10, waiting);
    for (let count = 0; count < 4; count += 1) await pace.turn(1_000);
    expect(waiting.slept).toEqual([100, 100, 100]);
  });

  it('tells at once who would wait too long, and nobody waits for those', async () => {
    const waiting = aClock();
    const pace = new Pace(1, waiting);
    await pace.turn(0);
    expect(await pace.turn(999)).toBeUndefined();
    expect(await pace.turn(1_000)).toBeDefined();
    expect(waiting.slept).toEqual([1_000]);
  });

  it('saves no turns up', async () => {
    const waiting = aClock();
    const pace = new Pace(1, waiting);
    await waiting.sleep(60_000);
    await pace.turn(0);
    expect(await pace.turn(0)).toBeUndefined();
  });
});

describe('the channels of the AWS home', () => {
  it('count the parts of a text', async () => {
    const all = channels({ senders: { sms: () => Promise.resolve({ kind: 'accepted' }) } });
    await all.turn('sms', 0);
    await all.deliver('d-1', aText(3));
    expect(await all.turn('sms', 2_999)).toBeUndefined();
    expect(await all.turn('sms', 3_000)).toBeDefined();
  });

  it('let push, webhooks and in-app messages go at once', async () => {
    const all = channels();
    for (const channel of ['push', 'webhook', 'in-app'] as const)
      for (let count = 0; count < 10; count += 1) expect(await all.turn(channel, 0)).toBeDefined();
  });

  it('refuse for good what is not set up', async () => {
    expect(await channels().deliver('d-1', aText(1))).toEqual({
      kind: 'refused',
      reason: 'not-set-up',
      isPermanent: true,
    });
  });

  it('never throw: a sender that breaks leaves the outcome open', async () => {
    const rejects = channels({ senders: { sms: () => Promise.reject(new TypeError('broken')) } });
    expect(await rejects.deliver('d-1', aText(1))).toEqual({ kind: 'unknown', reason: 'TypeError' });
    const throws = channels({
      senders: {
        sms: () => {
          throw new TypeError('broken');
        },
      },
    });
    expect(await throws.deliver('d-1', aText(1))).toEqual({ kind: 'unknown', reason: 'TypeError' });
  });

  it('keep what was or may have been handed over, and what fails to be kept was sent all the same', async () => {
    const kept: string[] = [];
    const outcomes: HandOver[] = [
      { kind: 'accepted' },
      { kind: 'unknown', reason: 'silence' },
      { kind: 'refused', reason: 'no', isPermanent: true },
    ];
    for (const outcome of outcomes) {
      const all = channels({
        senders: { sms: () => Promise.resolve(outcome) },
        keep: () => {
          kept.push(outcome.kind);
          return Promise.reject(new Error('full'));
        },
      });
      expect(await all.deliver('d-1', aText(1))).toEqual(outcome);
    }
    expect(kept).toEqual(['accepted', 'unknown']);
  });

  it('cannot say what became of a lost answer', async () => {
    expect(await channels().reconcile()).toBe('unknown');
  });
});
