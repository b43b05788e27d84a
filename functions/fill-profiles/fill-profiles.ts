import { retriable } from '../../core/failures.ts';
import type { DecisionPorts, FillProgress, Fills } from '../../core/ports.ts';
import { fillProfile } from '../../core/fill-profile.ts';

export interface FillPorts extends DecisionPorts {
  readonly fills: Fills;
  /** Somebody could not be filled; the others are, and this one is tried again when they do something. */
  readonly failed: (profileId: string, error: unknown) => void;
}
/** One part of everybody. */
export type FillTask = Pick<FillProgress, 'number' | 'part' | 'startedMs'>;
export interface FillPace {
  /** People of one batch. */
  readonly most: number;
  /** People handled side by side. */
  readonly atOnce: number;
}

/**
 * Fills the next batch of a part's people. A batch that is cut short is taken again: whoever is filled stays as they are.
 * Where something else was published meanwhile, its own filling does the rest.
 * @returns how far the part has come
 */
export const fillProfiles =
  (ports: FillPorts, { most, atOnce }: FillPace) =>
  async ({ number, part, startedMs }: FillTask): Promise<FillProgress> => {
    const { fills, clock } = ports;
    const standing = (await fills.progress(number)).find((one) => one.part === part);
    const mine = standing ?? { number, part, startedMs, movedMs: startedMs, isDone: false, people: 0 };
    if (mine.isDone) return mine;
    const { coverage } = await ports.definitions.current();
    if (coverage.number > number) return { ...mine, isDone: true };
    const page = await fills.people(part, mine.cursor, most);
    await fillAll(ports, page.profileIds, atOnce);
    const { cursor: _, ...rest } = mine;
    const advanced: FillProgress = {
      ...rest,
      movedMs: clock.nowMs(),
      people: mine.people + page.profileIds.length,
      isDone: page.cursor === undefined,
      ...(page.cursor !== undefined && { cursor: page.cursor }),
    };
    await fills.advance(advanced);
    return advanced;
  };

async function fillAll(ports: FillPorts, profileIds: readonly string[], atOnce: number): Promise<void> {
  const left = profileIds.values();
  const fill = fillProfile(ports);
  const takeTurns = async (): Promise<void> => {
    for (const profileId of left)
      await fill(profileId).catch((error: unknown) => {
        // What passes is tried again with the whole batch.
        if (error instanceof Error && retriable.some((name) => name === error.name)) throw error;
        ports.failed(profileId, error);
      });
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, profileIds.length) }, takeTurns));
}

/** How far everybody is filled. */
export interface FillState {
  readonly number: number;
  readonly isFull: boolean;
  readonly people: number;
  /** Parts that are over, of how many. */
  readonly done: number;
  readonly parts: number;
  readonly startedMs?: number;
}

/** How far the filling of a number has come; one that nobody needs is full. */
export async function fillStateOf({
  fills,
  number,
}: {
  readonly fills: Fills;
  readonly number: number;
}): Promise<FillState> {
  const { parts } = fills;
  if (number === 0) return { number, isFull: true, people: 0, done: parts, parts };
  const all = await fills.progress(number);
  const done = all.filter(({ isDone }) => isDone).length;
  return {
    number,
    isFull: done === parts,
    people: all.reduce((sum, { people }) => sum + people, 0),
    done,
    parts,
    ...(all.length > 0 && {
      startedMs: Math.min(...all.map(({ startedMs }) => startedMs)),
    }),
  };
}
