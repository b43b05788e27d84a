import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Stop } from '../../core/control/stop.ts';
import type { Controls, ProfileStore } from '../../core/ports.ts';
import { atMs } from './rows.ts';

/** Controls to be tried, empty, and a store that has not looked at them yet. */
export interface OpenControls {
  readonly controls: Controls;
  readonly store: Pick<ProfileStore, 'stops'>;
  readonly close: () => Promise<void>;
}

/** What pauses and stops must be, on whatever they stand. */
export function controlsContract(name: string, open: () => Promise<OpenControls>): void {
  describe(`the controls on ${name}`, () => {
    let opened: OpenControls;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const paused: Stop = { subject: 'journey/cart', kind: 'paused', atMs, by: 'ana', why: 'Out of stock – žīļi' };

    it('hold nothing at first', async () => {
      expect(await opened.controls.list()).toEqual([]);
      expect(await opened.store.stops()).toEqual(new Map());
    });

    it('keep each word with who said it and why, in the order of their subjects', async () => {
      await opened.controls.put({ subject: 'workspace', kind: 'paused', atMs });
      await opened.controls.put(paused);
      expect(await opened.controls.list()).toEqual([paused, { subject: 'workspace', kind: 'paused', atMs }]);
      expect(await opened.store.stops()).toEqual(
        new Map([
          ['journey/cart', 'paused'],
          ['workspace', 'paused'],
        ]),
      );
    });

    it('let the last word stand', async () => {
      await opened.controls.put(paused);
      await opened.controls.put({ subject: 'journey/cart', kind: 'stopped', atMs: atMs + 1 });
      expect(await opened.controls.list()).toEqual([{ subject: 'journey/cart', kind: 'stopped', atMs: atMs + 1 }]);
    });

    it('forget what is taken away, also where there was nothing', async () => {
      await opened.controls.put(paused);
      for (const subject of ['journey/cart', 'journey/cart', 'channel/email']) await opened.controls.remove(subject);
      expect(await opened.controls.list()).toEqual([]);
      expect(await opened.store.stops()).toEqual(new Map());
    });
  });
}
