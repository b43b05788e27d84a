import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../core/message/message.ts';
import { countSmsParts } from '../../core/message/sms-parts.ts';
import { HomeClock } from '../../local/clock.ts';
import { Outbox } from '../../local/outbox.ts';
import { Database } from '../../local/store/database.ts';
import { copyData } from './folder-truth.ts';
import { aFolder } from './home.ts';

let folder: string;
let db: Database;
let outbox: Outbox;
const open = (): void => {
  db = new Database(folder);
  outbox = new Outbox(db, new HomeClock(db, { kind: 'manual', startMs: 0 }));
};
beforeEach(() => {
  folder = aFolder();
  open();
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const sms = (index: number): Message => {
  const text = `Привет, ${index} \u{1f600}`;
  return {
    channel: 'sms',
    to: '+37120000000',
    purpose: 'marketing',
    text,
    parts: countSmsParts(text),
    tags: { deliveryId: `d${index}` },
  };
};
const texts = (box: Outbox, count: number): readonly (string | undefined)[] =>
  Array.from({ length: count }, (_, index) => {
    const message = box.message(`d${index}`);
    return message?.channel === 'sms' ? message.text : undefined;
  });
const wanted = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `Привет, ${index} \u{1f600}`);

describe('the outbox', () => {
  it('shows each message as it was handed over: at once, in a later group, and after a crash', async () => {
    for (let index = 0; index < 70; index++) {
      outbox.put(`d${index}`, sms(index));
      if (index === 20) await db.durable();
    }
    expect(texts(outbox, 70)).toEqual(wanted(70));
    await db.durable();
    const copy = `${folder}-copy`;
    copyData(folder, copy);
    const next = new Database(copy);
    const after = new Outbox(next, new HomeClock(next, { kind: 'manual', startMs: 0 }));
    expect(texts(after, 70)).toEqual(wanted(70));
    after.put('d70', sms(70));
    expect(texts(after, 71)).toEqual(wanted(71));
    next.close();
    rmSync(copy, { recursive: true });
    expect(outbox.message('d70')).toBeUndefined();
  });

  it('takes a delivery once, and loses none beside it', () => {
    outbox.put('d0', sms(0));
    expect(() => outbox.put('d0', sms(5))).toThrow('UNIQUE');
    outbox.put('d1', sms(1));
    db.close();
    open();
    expect(texts(outbox, 2)).toEqual(wanted(2));
  });
});
