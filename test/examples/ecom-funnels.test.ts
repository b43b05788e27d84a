import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../core/event/event.ts';
import type { Condition } from '../../core/segment/condition.ts';
import { acceptEvents } from '../../functions/accept-events/accept-events.ts';
import { Database } from '../../local/store/database.ts';
import { SqliteProfileStore } from '../../local/store/profile-store.ts';
import { aSegment, aTrack, documentsOf } from '../builders.ts';
import { CountingIds, TestDefinitions } from '../fakes.ts';

const folder = '../shared/data/clickstream';
const isThere = existsSync(`${folder}/ecom_events.csv.gz`);
if (!isThere) console.error(`NOT TESTED: the funnels of the clickstream, whose data are not in ${folder}.`);

interface Reference {
  readonly users: number;
  readonly sessions: number;
  readonly funnel_steps: readonly string[];
  readonly funnel_session_ordered_gaps_allowed: readonly number[];
  readonly funnel_user_ordered_gaps_allowed: readonly number[];
  readonly funnel_session_by_platform: { readonly [platform: string]: readonly number[] };
  readonly funnel_session_any_order: readonly number[];
}

/** How many people are in each segment once all that happened has been accepted. */
async function membersOf(
  messages: readonly Message[],
  conditions: { readonly [id: string]: Condition },
): Promise<(id: string) => number> {
  const db = new Database(':memory:');
  const profiles = new SqliteProfileStore(db);
  const last = Math.max(...messages.map(({ occurredMs }) => occurredMs));
  const clock = { nowMs: () => last + 1, backOff: () => Promise.resolve() };
  const segments = Object.entries(conditions).map(([id, when]) => aSegment(id, when));
  const definitions = new TestDefinitions(documentsOf({ segments }));
  const accept = acceptEvents({ profiles, definitions, clock, ids: new CountingIds() });
  for (let from = 0; from < messages.length; from += 500)
    await accept(messages.slice(from, from + 500).map((one) => ({ ...one, receivedMs: last + 1, isSilent: true })));
  db.commit();
  return (id) => db.get<{ n: number }>("SELECT count(*) AS n FROM members WHERE kind = 'segment' AND id = ?", id)!.n;
}

describe.skipIf(!isThere)('funnels of a shop’s clickstream, as segments', () => {
  let reference: Reference;
  let rows: readonly { readonly user: string; readonly session: string; readonly message: Message }[];
  beforeAll(() => {
    reference = JSON.parse(readFileSync(`${folder}/ecom_reference.json`, 'utf8')) as Reference;
    const [, ...lines] = gunzipSync(readFileSync(`${folder}/ecom_events.csv.gz`))
      .toString()
      .trim()
      .split('\n');
    rows = lines.map((line, index) => {
      const [user, session, event, at, platform] = line.split(',') as [string, string, string, string, string];
      // Of what happened in one second, the order of the file is the order of their ids.
      const messageId = `m${String(index).padStart(6, '0')}`;
      const occurredMs = Date.parse(`${at.replace(' ', 'T')}Z`);
      return { user, session, message: aTrack(event, { platform }, { messageId, occurredMs }) };
    });
  });

  it('count the users who took the steps in their order', async () => {
    const { funnel_steps: steps, funnel_user_ordered_gaps_allowed: expected } = reference;
    const first = (count: number): Condition =>
      count === 1 ? { did: steps[0]! } : { sequence: steps.slice(0, count).map((did) => ({ did })) };
    const members = await membersOf(
      rows.map(({ user, message }) => ({ ...message, userId: user })),
      Object.fromEntries(steps.map((_, index) => [`step-${index + 1}`, first(index + 1)])),
    );
    expect(steps.map((_, index) => members(`step-${index + 1}`))).toEqual(expected);
  });

  it('count the sessions, in order, in any order, and by platform', async () => {
    const { funnel_steps: steps, funnel_session_by_platform: byPlatform } = reference;
    const platforms = Object.keys(byPlatform);
    const ordered = (count: number, platform?: string): Condition => {
      const part = (did: string) => ({ did, ...(platform !== undefined && { where: { platform } }) });
      return count === 1 ? part(steps[0]!) : { sequence: steps.slice(0, count).map(part) };
    };
    const conditions = steps.flatMap((_, index): (readonly [string, Condition])[] => {
      const count = index + 1;
      return [
        [`ordered-${count}`, ordered(count)],
        // The reference's "any order": sessions that took this step at all.
        [`any-${count}`, { did: steps[index]! }],
        ...platforms.map((platform) => [`${platform}-${count}`, ordered(count, platform)] as const),
      ];
    });
    const members = await membersOf(
      rows.map(({ session, message }) => ({ ...message, userId: session })),
      Object.fromEntries(conditions),
    );
    const funnel = (name: string) => steps.map((_, index) => members(`${name}-${index + 1}`));
    expect(funnel('ordered')).toEqual(reference.funnel_session_ordered_gaps_allowed);
    expect(funnel('any')).toEqual(reference.funnel_session_any_order);
    for (const platform of platforms) expect(funnel(platform), platform).toEqual(byPlatform[platform]);
  });
});
