import { SESv2Client } from '@aws-sdk/client-sesv2';
import { describe, expect, it } from 'vitest';
import { onceOptions } from '../../../functions/aws/channels/ask-once.ts';
import { accountRate, EmailPace } from '../../../functions/aws/channels/email-rate.ts';
import { aClock } from './a-clock.ts';
import { aFaultyProvider, someone, type Behaviour } from './faulty-provider.ts';

/** moto's SES cannot be asked for its account. */
async function rate(behaviour: Behaviour): Promise<number | undefined> {
  const provider = await aFaultyProvider(behaviour);
  const client = new SESv2Client({ ...onceOptions, ...someone, endpoint: provider.endpoint });
  const found = await accountRate(client);
  provider.stop();
  return found;
}

/** Turns of one container, where SES answers these, one after the other, and then the last of them for ever. */
function paced(answers: readonly (number | undefined)[], containers = 1) {
  const waiting = aClock();
  let asked = 0;
  const ask = () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)]);
  const pace = new EmailPace({ ask, containers, waiting });
  return { waiting, asked: () => asked, turn: () => pace.turn(Infinity) };
}

describe('the send rate of an account', () => {
  it('is what SES says, and unknown where it says nothing, another thing or nothing in time', async () => {
    expect(await rate({ status: 200, body: '{"SendQuota":{"MaxSendRate":14}}' })).toBe(14);
    expect(await rate({ status: 403, body: '{}' })).toBeUndefined();
    expect(await rate({ status: 200, body: '{}' })).toBeUndefined();
    expect(await rate('silence')).toBeUndefined();
  });
});

describe('the pace of a container’s emails', () => {
  it('is its share of the account’s rate, which is asked for once', async () => {
    const { waiting, asked, turn } = paced([14], 4);
    for (let count = 0; count < 3; count++) await turn();
    expect(waiting.slept.map(Math.round)).toEqual([286, 286]);
    expect(asked()).toBe(1);
  });

  it('is never below that of a new account', async () => {
    const { waiting, turn } = paced([0], 2);
    for (let count = 0; count < 2; count++) await turn();
    expect(waiting.slept).toEqual([2_000]);
  });

  it('is that of a new account while nobody can tell, and right from the minute on in which somebody can', async () => {
    const { waiting, asked, turn } = paced([undefined, undefined, 10]);
    for (let count = 0; count < 60; count++) await turn();
    expect(asked()).toBe(1);
    expect(new Set(waiting.slept)).toEqual(new Set([1_000]));
    for (let count = 0; count < 70; count++) await turn();
    expect(asked()).toBe(3);
    expect(waiting.slept.at(-1)).toBe(100);
    await waiting.sleep(3_600_000);
    await turn();
    expect(asked()).toBe(3);
  });

  it('is asked for once by all who come at the same time', async () => {
    const { waiting, asked, turn } = paced([10]);
    await Promise.all([turn(), turn(), turn()]);
    expect(asked()).toBe(1);
    // Nobody had a turn of the slower pace meanwhile.
    expect(Math.max(...waiting.slept)).toBeLessThanOrEqual(200);
  });
});
