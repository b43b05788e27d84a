import type { Clock, DefinitionStore, Fills } from '../../core/ports.ts';

/** Everybody is to be filled up to a number. */
export interface BegunFilling {
  readonly number: number;
  readonly startedMs: number;
  /** Each stretch of time has one try: a filling that stands still is begun again in the next. */
  readonly tried: number;
}
export interface BeginFillingPorts {
  readonly definitions: DefinitionStore;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly fills: Fills;
  /** Begins it; safe to repeat. */
  readonly begin: (filling: BegunFilling) => Promise<void>;
}

/** Documents may be 5 s old where they are used: whoever was made by older ones is there after this time, and is found. */
const settledMs = 30_000;
/** A filling of which nothing was heard for so long has died. */
const stalledMs = 15 * 60_000;

/** Begins to fill everybody where something was published that asks it, at the second look, and goes on where that stands still. */
export function beginFilling({ definitions, clock, fills, begin }: BeginFillingPorts): () => Promise<void> {
  /** Known to be over: most looks need no read. */
  let full = 0;
  let seen = { number: 0, sinceMs: 0 };
  return async () => {
    const { number } = (await definitions.current()).coverage;
    if (number <= full) return;
    const nowMs = clock.nowMs();
    if (seen.number !== number) seen = { number, sinceMs: nowMs };
    if (nowMs - seen.sinceMs < settledMs) return;
    const parts = await fills.progress(number);
    if (parts.filter(({ isDone }) => isDone).length === fills.parts) full = number;
    else if (parts.every(({ movedMs }) => nowMs - movedMs > stalledMs))
      await begin({ number, startedMs: nowMs, tried: Math.floor(nowMs / stalledMs) });
  };
}
