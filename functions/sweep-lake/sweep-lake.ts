import type { Clock } from '../../core/ports.ts';
import { withoutPeople } from '../../core/privacy/lake-lines.ts';
import type { LakeObjects, Sweep, Sweeps } from '../../core/privacy/sweeps.ts';

export interface SweepPorts {
  readonly sweeps: Sweeps;
  readonly objects: LakeObjects;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** An object that cannot be read, for whoever runs the lake. */
  readonly unread: (key: string, reason: string) => void;
}

/** What was committed comes into the lake within a day, or never: a stream keeps it for so long. */
const underWayMs = 26 * 3_600_000;
/** A sweep is for at most so many people, and keeps its place after so many objects. */
const mostPeople = 500;
const mostIds = 5_000;
const mostObjects = 25;
const mostTries = 5;

/**
 * Takes the lines of people who were erased out of the lake, a day after the rest: one way through its objects for all who
 * wait. Goes on where it stood, and safe to repeat.
 * @param forMs how long it may work; what is left then is for the next call
 * @returns the sweep that it ended, or how far it has come; `undefined` where nobody waits
 */
export const sweepLake =
  ({ sweeps, objects, clock, unread }: SweepPorts, forMs: number) =>
  async (): Promise<(Sweep & { readonly isOver: boolean }) | undefined> => {
    const untilMs = clock.nowMs() + forMs;
    let sweep = (await sweeps.current()) ?? (await begun({ sweeps, objects, clock }));
    if (!sweep) return undefined;
    const ids = new Set(sweep.people.flatMap((one) => one.ids));
    while (clock.nowMs() < untilMs) {
      const keys = await objects.list(sweep.after, mostObjects);
      let [taken, notRead] = [0, 0];
      for (const key of keys) {
        const found = await swept(objects, key, ids);
        if (typeof found === 'number') taken += found;
        else {
          notRead++;
          unread(key, found.unread);
        }
      }
      sweep = {
        ...sweep,
        after: keys.at(-1) ?? sweep.after,
        objects: sweep.objects + keys.length,
        taken: sweep.taken + taken,
        unread: sweep.unread + notRead,
      };
      if (keys.length < mostObjects) {
        await sweeps.end(sweep, clock.nowMs());
        return { ...sweep, isOver: true };
      }
      await sweeps.advance(sweep);
    }
    return { ...sweep, isOver: false };
  };

async function begun({ sweeps, objects, clock }: Omit<SweepPorts, 'unread'>): Promise<Sweep | undefined> {
  const nowMs = clock.nowMs();
  let ids = 0;
  const people = (await sweeps.waiting(nowMs - underWayMs, mostPeople)).filter(
    (one, index) => (ids += one.ids.length) <= mostIds || index === 0,
  );
  if (people.length === 0) return undefined;
  const after = objects.dayKey(Math.min(...people.map(({ sinceMs }) => sinceMs)));
  const sweep = { people, startedMs: nowMs, after, objects: 0, taken: 0, unread: 0 };
  await sweeps.advance(sweep);
  return sweep;
}

/** @returns how many lines were taken out of an object */
async function swept(
  objects: LakeObjects,
  key: string,
  ids: ReadonlySet<string>,
): Promise<number | { readonly unread: string }> {
  for (let tries = 1; tries <= mostTries; tries++) {
    const found = await objects.read(key);
    if (!found) return 0;
    if ('unread' in found) return found;
    const { text, taken } = withoutPeople(found.text, ids);
    if (taken === 0 || (await objects.write(key, text, found.version))) return taken;
  }
  return { unread: 'Somebody else writes to it all the while.' };
}
