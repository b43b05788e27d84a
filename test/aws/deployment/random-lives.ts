import fc from 'fast-check';
import type { Journey } from '../../../core/journey/document.ts';
import { dayMs, startMs } from '../../builders.ts';
import { randomEvents } from '../../random-journeys.ts';
import { entryOf, fateOf, type Fate } from './random-documents.ts';
import type { Runner } from './trace.ts';

const minuteMs = 60_000;
/** When everybody's first ten days have begun. */
const firstMs = startMs + dayMs;
export const livesBeginMs = startMs - 3 * dayMs;
const livesEndMs = startMs + 45 * dayMs;

interface Post {
  readonly path: string;
  readonly body: object;
}
/** Whether something happens before or after the touch that is due at its very instant. */
export type Race = 'before' | 'after';
/** Something that is posted at an instant, before all that is due then unless it races and comes after. */
export interface Step {
  readonly atMs: number;
  readonly race?: Race;
  readonly posts: readonly Post[];
}
/** A look at where somebody waits, from which follows what they do. */
interface Probe {
  readonly atMs: number;
  readonly userId: string;
  readonly then: (wakeMs: number) => Step;
}
type Planned = Step | Probe;

/** Everybody's plans: one or two people for each journey, who are in another one too. */
export class RandomLives {
  readonly userIds: readonly string[];
  private readonly planned: readonly Planned[];

  constructor(journeys: readonly Journey[], seed: number) {
    const choices = fc.record({
      events: randomEvents,
      entersMinutes: fc.integer({ min: 0, max: 2 * 1440 }),
      otherMinutes: fc.integer({ min: 1, max: 3 * 1440 }),
      other: fc.nat({ max: journeys.length - 1 }),
      total: fc.integer({ min: 0, max: 100 }),
      tier: fc.constantFrom('gold', 'silver'),
    });
    const lives = fc.sample(choices, { numRuns: journeys.length, seed }).map((choice, index): Life => {
      const { id } = journeys[index]!;
      const other = journeys[(index + choice.other) % journeys.length]!.id;
      return { ...choice, userId: `p${index}`, journeyId: id, otherId: other, fate: fateOf(id) };
    });
    const whole = journeys.map(({ id }) => id).filter((id) => fateOf(id) === 'called');
    this.userIds = [...lives.map(({ userId }) => userId), ...whole.flatMap((id) => sleepersOf(id))];
    this.planned = [...lives.flatMap(plan), ...whole.flatMap(planWithoutChance)];
  }

  /**
   * Lives in one home, where it is looked at where people wait.
   * @returns all that was posted, to be posted in another home
   */
  async liveFirst(runner: Runner): Promise<readonly Step[]> {
    const done: Step[] = [];
    const open = [...this.planned];
    for (;;) {
      const next = open.toSorted(byTime)[0];
      if (!next) break;
      open.splice(open.indexOf(next), 1);
      if ('posts' in next) {
        await live(runner, next);
        done.push(next);
      } else {
        await runner.windBefore(next.atMs);
        const wakeMs = await wakeOf(runner, next.userId);
        if (wakeMs !== undefined) open.push(next.then(wakeMs));
      }
    }
    await runner.windTo(livesEndMs);
    return done;
  }
}
/** Posts what was posted in another home. */
export async function liveAgain(runner: Runner, steps: readonly Step[]): Promise<void> {
  for (const step of steps) await live(runner, step);
  await runner.windTo(livesEndMs);
}

const byTime = (a: Planned, b: Planned): number => a.atMs - b.atMs || rank(a) - rank(b);
const rank = (one: Planned): number => ('posts' in one && one.race === 'after' ? 1 : 0);

async function live(runner: Runner, { atMs, race, posts }: Step): Promise<void> {
  await (race === 'after' ? runner.windTo(atMs) : runner.windBefore(atMs));
  for (const { path, body } of posts) {
    const status = await runner.post(path, body, true);
    if (status !== 200) throw new Error(`${JSON.stringify(body)} was answered ${status}.`);
  }
}
async function wakeOf({ list }: Runner, userId: string): Promise<number | undefined> {
  const [{ profileId } = {}] = await list(`/api/profiles?userId=${userId}`);
  if (profileId === undefined) return undefined;
  const enrollments = await list(`/api/profiles/${String(profileId)}/enrollments`);
  const wakes = enrollments.flatMap(({ wakeAt }) => (wakeAt === undefined ? [] : [Date.parse(String(wakeAt))]));
  return wakes.length > 0 ? Math.min(...wakes) : undefined;
}

const sleepersOf = (journeyId: string): readonly string[] => [`${journeyId}-called`, `${journeyId}-silent`];
/**
 * Two people in the journey of every kind, to whom nothing happens by chance: one is called, views and buys, the other one does
 * nothing. What must be seen for a comparison to say anything is seen in them, whatever the seed.
 */
function planWithoutChance(journeyId: string): readonly Planned[] {
  const [called, silent] = sleepersOf(journeyId) as [string, string];
  const noonMs = firstMs + dayMs / 2;
  const at = (userId: string, atMs: number, event: string): Step => {
    const body = { messageId: `${userId}-${atMs}`, userId, event, properties: { total: 80 } };
    return { atMs, posts: [{ path: '/v1/track', body }] };
  };
  const begins = [called, silent].flatMap((userId): readonly Step[] => {
    const body = { messageId: `${userId}-first`, userId, traits: { email: `${userId}@example.com` } };
    return [
      { atMs: livesBeginMs + minuteMs, posts: [{ path: '/v1/identify', body }] },
      at(userId, noonMs, entryOf(journeyId)),
    ];
  });
  const views = [0, 1, 2].map((index) => at(called, noonMs + 4 * dayMs + index, 'Plan Viewed'));
  const order = at(called, noonMs + 6 * dayMs, 'Order Completed');
  return [...begins, at(called, noonMs + 2 * dayMs, 'Call Completed'), ...views, order];
}

interface Life {
  readonly userId: string;
  readonly journeyId: string;
  readonly otherId: string;
  readonly fate: Fate;
  readonly events: readonly { readonly atMs: number; readonly name: string }[];
  readonly entersMinutes: number;
  readonly otherMinutes: number;
  readonly total: number;
  readonly tier: string;
}

function plan(life: Life): readonly Planned[] {
  const { userId, journeyId, otherId, entersMinutes, otherMinutes, total, tier } = life;
  const entersMs = firstMs + entersMinutes * minuteMs;
  const otherMs = entersMs + otherMinutes * minuteMs + 3;
  let count = 0;
  const message = (more: object): object => ({ messageId: `${userId}-${count++}`, userId, ...more });
  const step = (atMs: number, ...posts: readonly Post[]): Step => ({ atMs, posts });
  const identify = (traits: object, more: object = {}): Post => ({
    path: '/v1/identify',
    body: message({ traits, ...more }),
  });
  const tracked = (event: string, more: object = {}): object => ({
    type: 'track',
    ...message({ event, properties: { total }, ...more }),
  });
  const track = (event: string, more: object = {}): Post => {
    const { type: _, ...body } = tracked(event, more) as { readonly type: string };
    return { path: '/v1/track', body };
  };
  const common: readonly Planned[] = [
    step(livesBeginMs + minuteMs, identify({ email: `${userId}@example.com`, tier })),
    step(entersMs, track(entryOf(journeyId))),
    step(otherMs, track(entryOf(otherId))),
    ...life.events.map(({ atMs, name }) => step(atMs, track(name))),
  ];
  /** Looks a few hours after the entry where they wait. */
  const probe = (then: (wakeMs: number) => Step): Planned => ({ atMs: entersMs + 10 * minuteMs, userId, then });
  switch (life.fate) {
    case 'none':
      return common;
    case 'called': {
      // Two days later at noon every kind's wait for it stands open; a view counts from before, one inside of the next wait.
      const noonMs = Math.floor(entersMs / dayMs) * dayMs + 2.5 * dayMs;
      const views = [entersMs - 30 * minuteMs, noonMs - dayMs, noonMs + 3 * dayMs];
      return [
        ...common,
        ...views.map((atMs) => step(atMs, track('Plan Viewed'))),
        step(noonMs, track('Call Completed')),
        step(noonMs + 4 * dayMs, track('Order Completed')),
      ];
    }
    case 'leaves':
      return [...common, probe((wakeMs) => step(Math.floor((entersMs + 10 * minuteMs + wakeMs) / 2), track('Gone')))];
    case 'races':
      return [...common, probe((wakeMs) => ({ ...step(wakeMs, track('Order Completed')), race: 'before' }))];
    case 'races-late':
      return [...common, probe((wakeMs) => ({ ...step(wakeMs, track('Order Completed')), race: 'after' }))];
    case 'merges': {
      // Somebody who is not known yet is in both journeys too, and turns out to be this person.
      const anonymous = { userId: undefined, anonymousId: `${userId}-anonymous` };
      return [
        ...common,
        step(entersMs - 20 * minuteMs, track('Plan Viewed', anonymous)),
        step(entersMs + 11, track(entryOf(journeyId), anonymous)),
        step(entersMs + 12, track(entryOf(otherId), anonymous)),
        step(entersMs + 47 * minuteMs, identify({ tier: 'none' }, { anonymousId: anonymous.anonymousId })),
      ];
    }
    case 'restarts':
      return [...common, step(entersMs + 20 * minuteMs, track(entryOf(journeyId)))];
    case 'hasty': {
      const batch = [tracked(entryOf(journeyId)), tracked('Gone')];
      return [...common, step(entersMs + 5 * dayMs, { path: '/v1/batch', body: { batch } })];
    }
    case 'cross':
      return [...common, step(entersMs + 30 * minuteMs, identify({ mood: 'cross' }))];
    default:
      return life.fate satisfies never;
  }
}
