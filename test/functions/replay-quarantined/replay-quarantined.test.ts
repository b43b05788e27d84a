import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreContended, StoreUnavailable } from '../../../core/failures.ts';
import type { Message } from '../../../core/event/event.ts';
import type { EventDocument, Workspace } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import { aJourney, aSegment, aTrack, aWorkspace, startMs } from '../../builders.ts';
import { QuarantineHome } from '../../quarantine-home.ts';
import type { ReplayPorts } from '../../../functions/replay-quarantined/replay-quarantined.ts';
import { runs } from '../../properties.ts';

const hourMs = 3_600_000;
const strict: EventDocument = { id: 'paid', name: 'Paid', properties: { total: { type: 'number', required: true } } };
const fixed: EventDocument = { ...strict, properties: { total: 'number' } };
const workspace: Workspace = {
  ...aWorkspace(),
  conversion: [{ event: 'Paid' }],
  events: { validation: 'quarantine' },
};
const segments = [aSegment('twice', { did: 'Paid', atLeast: 2 })];
const journeys = [
  aJourney({ entry: { on: { event: 'Paid' }, again: 'always' }, steps: [{ id: 'wait', wait: 'P9D' }] }),
];
const documents = { workspace, segments, journeys };
const all = { most: 100 } as const;
const open = (around?: (ports: ReplayPorts) => ReplayPorts): QuarantineHome =>
  new QuarantineHome({ ...documents, events: [strict] }, around);

describe('a replay', () => {
  it('lets in what a fix of the catalogue has made right, with its own times and id, and once', async () => {
    const home = open();
    const message = aTrack('Paid', { order: 7 }, { occurredMs: startMs - hourMs, receivedMs: startMs });
    await home.door([message]);
    home.publish({ ...documents, events: [{ ...fixed, additional: true }] });
    expect(await home.replay(all)).toMatchObject({ items: [{ outcome: 'replayed' }], left: 0 });
    const owner = (await home.store.owners(['userId:u1'])).get('userId:u1')!;
    const [event, ...others] = await home.store.history([owner]);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ eventId: message.messageId, occurredMs: startMs - hourMs, receivedMs: startMs });
    expect(await home.door([message])).toMatchObject([{ status: 'duplicate' }]);
    expect(await home.replay(all)).toEqual({ items: [], left: 0 });
    await home.drain();
    expect((await home.store.load(owner))!.profile.enrollments).toHaveLength(1);
    home.close();
  });

  it('keeps what is still wrong, tells what, and goes on behind it', async () => {
    const home = open();
    const wrong = [1, 2, 3].map((index) => aTrack('Paid', { at: index }, { userId: `u${index}` }));
    for (const message of wrong) await home.door([message]);
    const first = await home.replay({ most: 2 });
    expect(first.items.map(({ outcome }) => outcome)).toEqual(['wrong', 'wrong']);
    expect(first.items[0]!.problems?.map(({ code }) => code)).toEqual(['property_missing', 'property_unknown']);
    expect([first.left, typeof first.next]).toEqual([3, 'string']);
    const second = await home.replay({ most: 2, cursor: first.next! });
    expect(second.items.map(({ outcome }) => outcome)).toEqual(['wrong']);
    expect(second.next).toBeUndefined();
    home.close();
  });

  it('takes those of one name, of one problem, or by their ids', async () => {
    const home = open();
    const other: EventDocument = { ...strict, id: 'refunded', name: 'Refunded' };
    home.publish({ ...documents, events: [strict, other] });
    await home.door([
      aTrack('Paid', {}),
      aTrack('Refunded', {}),
      aTrack('Refunded', { total: 'x' }),
      aTrack('Paid', {}),
    ]);
    const rows = (await home.quarantine.list({ order: 'oldest', ...all })).rows;
    home.publish({ ...documents, events: [] });
    const byCode = await home.replay({ ...all, name: 'Refunded', code: 'property_type' });
    expect([byCode.items.map(({ outcome }) => outcome), byCode.left]).toEqual([['replayed'], 1]);
    const byName = await home.replay({ ...all, name: 'Refunded' });
    expect([byName.items.map(({ outcome }) => outcome), byName.left]).toEqual([['replayed'], 0]);
    const id = rows.find(({ message }) => message.name === 'Paid')!.quarantineId;
    const byId = await home.replay({ ...all, ids: [id, 'q_nobody'] });
    expect([byId.items, byId.left]).toEqual([[{ quarantineId: id, outcome: 'replayed' }], 1]);
    home.close();
  });

  it.each([
    [23, 1],
    [25, 0],
  ])('of what happened %i hours ago lets %i journeys begin, and changes facts in any case', async (hours, begun) => {
    const home = open();
    await home.door([aTrack('Paid', {})]);
    home.publish({ ...documents, events: [] });
    home.clock.moveTo(startMs + hours * hourMs);
    expect((await home.replay(all)).items).toMatchObject([{ outcome: 'replayed' }]);
    await home.drain();
    const owner = (await home.store.owners(['userId:u1'])).get('userId:u1')!;
    const { profile } = (await home.store.load(owner))!;
    expect(profile.convertedMs).toBe(startMs);
    expect(profile.enrollments).toHaveLength(begun);
    const [event] = await home.store.history([owner]);
    expect([event!.receivedMs, event!.isSilent ?? false]).toEqual([startMs, begun === 0]);
    home.close();
  });

  it('leaves what the door refuses where it is, tells so, and lets the others in', async () => {
    const refusing = (ports: ReplayPorts): ReplayPorts => ({
      ...ports,
      accept: (messages) => {
        if (messages[0]!.userId === 'u2') throw new StoreContended('busy');
        return ports.accept(messages);
      },
    });
    const home = open(refusing);
    await home.door([1, 2, 3].map((index) => aTrack('Paid', {}, { userId: `u${index}` })));
    home.publish({ ...documents, events: [] });
    const { items, left } = await home.replay(all);
    expect(items.map(({ outcome }) => outcome).toSorted()).toEqual(['refused', 'replayed', 'replayed']);
    expect([left, home.errors.length]).toEqual([1, 1]);
    home.close();
  });
});

type Fault = 'none' | 'before' | 'after' | 'gone-before' | 'gone-after';
const fault = fc.constantFrom<Fault>('none', 'none', 'before', 'after', 'gone-before', 'gone-after');

/** Calls of which some never arrive, some are never answered, and some end the process before or after them. */
function faulty(plan: readonly Fault[]): (ports: ReplayPorts) => ReplayPorts {
  let calls = 0;
  const around =
    <Given extends unknown[], T>(call: (...given: Given) => Promise<T>) =>
    async (...given: Given): Promise<T> => {
      const kind = plan[calls++] ?? 'none';
      if (kind === 'before') throw new StoreUnavailable('lost on the way there');
      if (kind === 'gone-before') throw new Error('The process is gone.');
      const answer = await call(...given);
      if (kind === 'after') throw new StoreUnavailable('lost on the way back');
      if (kind === 'gone-after') throw new Error('The process is gone.');
      return answer;
    };
  return (ports) => {
    const { quarantine } = ports;
    return {
      ...ports,
      accept: around(ports.accept),
      durable: around(ports.durable),
      quarantine: {
        get: around((ids) => quarantine.get(ids)),
        list: around((query) => quarantine.list(query)),
        remove: around((ids) => quarantine.remove(ids)),
        count: around((name) => quarantine.count(name)),
      },
    };
  };
}

/** What is known of the people, whoever they became first. */
async function facts(home: QuarantineHome): Promise<JsonObject> {
  const told: { [userId: string]: JsonObject } = {};
  for (const userId of ['u0', 'u1', 'u2']) {
    const owner = (await home.store.owners([`userId:${userId}`])).get(`userId:${userId}`);
    if (owner === undefined) continue;
    const { profile } = (await home.store.load(owner))!;
    const events = (await home.store.history([owner])).map((one) => [one.eventId, one.occurredMs, one.receivedMs]);
    const inside = Object.keys(profile.segments).toSorted();
    told[userId] = { events, inside, converted: profile.convertedMs ?? null, conditions: profile.conditions as never };
  }
  return told;
}

describe('replays that die at any call', () => {
  it('let each event in exactly once, lose none, and tell what the door itself would have told', async () => {
    const people = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 5 })), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(
      people,
      fc.array(fault, { maxLength: 25 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (sent, plan, most, atOnce) => {
        const messages = sent.map(([person, hour], index): Message =>
          aTrack(
            'Paid',
            {},
            {
              ...{ messageId: `m${index}`, userId: `u${person}`, occurredMs: startMs - hour * hourMs },
              receivedMs: startMs,
            },
          ),
        );
        const [home, direct] = [open(faulty(plan)), new QuarantineHome(documents)];
        try {
          await home.door(messages);
          expect(await facts(home)).toEqual({});
          home.publish(documents);
          direct.publish(documents);
          const walk = async (): Promise<void> => {
            for (let cursor: string | undefined; ;) {
              try {
                const answer = await home.replay({ most, ...(cursor !== undefined && { cursor }) });
                cursor = answer.next;
                if (cursor === undefined && answer.left === 0) return;
              } catch {
                // Whoever asked asks again, from the beginning.
                cursor = undefined;
              }
            }
          };
          await Promise.all(Array.from({ length: atOnce }, walk));
          for (const message of messages) await direct.door([message]);
          expect(await facts(home)).toEqual(await facts(direct));
          expect(await home.quarantine.count()).toBe(0);
        } finally {
          home.close();
          direct.close();
        }
      },
    );
    await fc.assert(property, runs(1_000));
  });
});
