import { describe, expect, it } from 'vitest';
import { Turns } from '../../../../functions/parts/channels/turns.ts';

const longMs = 60_000;

describe('turns', () => {
  it('are given at once while there are any, and then to whoever has waited longest', async () => {
    const turns = new Turns(2);
    const [first, second] = await Promise.all([turns.take(0), turns.take(0)]);
    const came: string[] = [];
    const waiting = ['a', 'b', 'c'].map(async (name) => {
      const turn = await turns.take(longMs);
      came.push(name);
      return turn;
    });
    second!.release();
    (await waiting[0])!.release();
    first!.release();
    await Promise.all(waiting);
    expect(came).toEqual(['a', 'b', 'c']);
  });

  it('do not come to one who no longer waits', async () => {
    const turns = new Turns(1);
    const held = await turns.take(0);
    expect(await turns.take(0)).toBeUndefined();
    const impatient = turns.take(1);
    const patient = turns.take(longMs);
    expect(await impatient).toBeUndefined();
    held!.release();
    expect(await patient).toBeDefined();
  });

  it('stay as many as they are, however often one is given back', async () => {
    const turns = new Turns(1);
    const held = await turns.take(0);
    held!.release();
    held!.release();
    const next = await turns.take(0);
    held!.release();
    expect(await turns.take(0)).toBeUndefined();
    next!.release();
    expect(await turns.take(0)).toBeDefined();
  });
});
