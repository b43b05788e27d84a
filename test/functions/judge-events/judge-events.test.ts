import { afterEach, describe, expect, it } from 'vitest';
import type { EventRules } from '../../../core/journey/document.ts';
import { acceptEvents } from '../../../functions/accept-events/accept-events.ts';
import { erasePerson } from '../../../functions/erase-person/erase-person.ts';
import { judgeEvents } from '../../../functions/judge-events/judge-events.ts';
import { aJourney, anIdentify, aTrack, aWorkspace } from '../../builders.ts';
import { QuarantineHome } from '../../quarantine-home.ts';

const paid = { id: 'paid', name: 'Paid', properties: { total: { type: 'number', required: true } } } as const;
let home: QuarantineHome;
afterEach(() => home.close());
const open = (events: EventRules): void => {
  const workspace = { ...aWorkspace(), conversion: [{ event: 'Paid' }], events };
  const steps = [
    { id: 'told', emit: { event: 'Cart Told', properties: {} } },
    { id: 'wait', wait: 'P1D' },
  ] as const;
  home = new QuarantineHome({ workspace, events: [paid], journeys: [aJourney({ steps })] });
};
const names = async (userId: string): Promise<readonly string[]> => {
  const owner = (await home.store.owners([`userId:${userId}`])).get(`userId:${userId}`);
  return owner === undefined ? [] : (await home.store.history([owner])).map(({ name }) => name);
};

describe('the door of events', () => {
  it('lets everything in where nobody asks', async () => {
    open({});
    expect(await home.door([aTrack('Paid', {}), aTrack('Anything', {})])).toMatchObject([
      { status: 'accepted' },
      { status: 'accepted' },
    ]);
    expect(await home.quarantine.noted()).toEqual([]);
  });

  it('lets in what it warns of, and counts it once, also where it comes again', async () => {
    open({ validation: 'warn', unknown: 'warn' });
    const wrong = aTrack('Paid', { total: 'ana@example.com' });
    const [first] = await home.door([wrong]);
    expect(first).toEqual({
      messageId: wrong.messageId,
      status: 'accepted',
      problems: [{ code: 'property_type', path: 'properties.total', message: 'It must be a number.' }],
    });
    expect((await home.door([wrong, aTrack('Piad', {})])).map(({ status }) => status)).toEqual([
      'duplicate',
      'accepted',
    ]);
    expect(await names('u1')).toEqual(['Paid', 'Piad']);
    expect(await home.quarantine.count()).toBe(0);
    const noted = await home.quarantine.noted();
    expect(noted.map(({ name, mode, code, path, count }) => [name, mode, code, path, count]).toSorted()).toEqual([
      ['Paid', 'warn', 'property_type', 'properties.total', 1],
      ['Piad', 'warn', 'event_unknown', 'event', 1],
    ]);
    expect(JSON.stringify(noted)).not.toContain('ana');
  });

  it('sets aside whole what is wrong, and nothing of it changes anybody', async () => {
    open({ validation: 'quarantine' });
    const wrong = aTrack(
      'Paid',
      { total: '7' },
      { userId: 'new', context: { consent: { email: { marketing: 'granted' } } } },
    );
    expect(await home.door([wrong])).toMatchObject([{ status: 'accepted', quarantined: true }]);
    expect(home.log).toEqual([]);
    expect((await home.store.owners(['userId:new'])).size).toBe(0);
    const { rows } = await home.quarantine.list({ order: 'oldest', most: 10 });
    expect(rows.map(({ message }) => message)).toEqual([wrong]);
  });

  it('lets in the others of a request, and answers each in its place', async () => {
    open({ validation: 'quarantine' });
    const given = [
      anIdentify({ firstName: 'Ana' }),
      aTrack('Paid', {}),
      aTrack('Paid', { total: 1 }),
      aTrack('Paid', {}),
      aTrack('Viewed', {}),
    ];
    const results = await home.door([...given, given[1]!]);
    expect(results.map(({ messageId }) => messageId)).toEqual([...given, given[1]!].map(({ messageId }) => messageId));
    expect(results.map(({ status, quarantined = false }) => [status, quarantined])).toEqual([
      ['accepted', false],
      ['accepted', true],
      ['accepted', false],
      ['accepted', true],
      ['accepted', false],
      ['duplicate', true],
    ]);
    expect((await names('u1')).toSorted()).toEqual(['Identified', 'Paid', 'Viewed']);
    expect(await home.quarantine.count('Paid')).toBe(2);
  });

  it('keeps nothing of somebody whose erasure goes by while their event is set aside', async () => {
    open({ validation: 'quarantine' });
    await home.accept(anIdentify({ city: 'Riga' }));
    const { profileId } = await home.profile();
    const { personal } = home;
    const door = judgeEvents({
      ...home.ports,
      accept: acceptEvents(home.ports),
      quarantine: {
        note: (notes) => home.quarantine.note(notes),
        remove: (ids) => home.quarantine.remove(ids),
        put: async (rows) => {
          await erasePerson({ ...home.ports, personal })({ profileId });
          await home.wind('PT2M');
          expect(await personal.receipts({ limit: 1 })).toMatchObject({ items: [{ status: 'done' }] });
          return home.quarantine.put(rows);
        },
      },
    });
    const [theirs, other] = [aTrack('Paid', {}), aTrack('Paid', {}, { userId: 'u2' })];
    expect(await door([theirs, other])).toMatchObject([
      { status: 'erased', quarantined: true },
      { status: 'accepted', quarantined: true },
    ]);
    const { rows } = await home.quarantine.list({ order: 'oldest', most: 10 });
    expect(rows.map(({ message }) => message)).toEqual([other]);
  });

  it('never sets aside what journeys let happen', async () => {
    open({ validation: 'quarantine', unknown: 'quarantine' });
    home.publish({
      workspace: { ...aWorkspace(), events: { validation: 'quarantine', unknown: 'quarantine' } },
      events: [
        paid,
        { id: 'told', name: 'Cart Told', properties: { no: { type: 'text', required: true } } },
        { id: 'filled', name: 'Cart Filled' },
      ],
      journeys: [
        aJourney({
          steps: [
            { id: 'told', emit: { event: 'Cart Told', properties: {} } },
            { id: 'wait', wait: 'P1D' },
          ],
        }),
      ],
    });
    await home.door([aTrack('Cart Filled', {})]);
    await home.drain();
    expect((await names('u1')).toSorted()).toEqual(['Cart Filled', 'Cart Told']);
    expect(await home.quarantine.count()).toBe(0);
  });
});
