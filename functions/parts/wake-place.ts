import { inTurns } from './in-turns.ts';

/** Rows looked at side by side. */
const atOnce = 16;
/** With less time than this left nothing more is begun: the longest work of one row is some half a minute. */
const enoughMs = 45_000;

/** What a place holds, and what is done with it. */
export interface PlacePorts<Row> {
  /** What is due there by now, earliest first. */
  readonly rows: () => Promise<readonly Row[]>;
  readonly wake: (row: Row) => Promise<unknown>;
  /** Has the place looked at once more, when this call is over. */
  readonly tellAgain: () => Promise<unknown>;
}

/**
 * Looks at all that is due in one place, as long as there is time; for the rest the place is told of again. A call that
 * was cut off instead would come again only when the queue takes it for lost.
 * @param leftMs how long the call may still take
 * @throws AggregateError of what failed, once everything was tried or told of again
 */
export async function wakePlace<Row>({ rows, wake, tellAgain }: PlacePorts<Row>, leftMs: () => number): Promise<void> {
  let isTimeOver = false;
  try {
    await inTurns(await rows(), atOnce, async (row) => {
      isTimeOver ||= leftMs() < enoughMs;
      if (!isTimeOver) await wake(row);
    });
  } finally {
    if (isTimeOver) await tellAgain();
  }
}
