import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../core/enrollment/ask.ts';
import type { Steps } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Report } from '../../../core/message/report.ts';
import { acceptEvents } from '../../../functions/accept-events/accept-events.ts';
import { takeFeedback } from '../../../functions/take-feedback/take-feedback.ts';
import { Died } from '../../fakes.ts';
import {
  aJourney,
  anAudience,
  anIdentify,
  aTrack,
  aWorkspace,
  documentsOf,
  hourMs,
  startMs,
  TestHome,
  type TestHomeOptions,
} from '../../builders.ts';

/** A person with an e-mail address and a telephone inside a journey of these steps. */
async function inside(steps: Steps, options: TestHomeOptions = {}): Promise<TestHome> {
  const home = new TestHome({
    journeys: [aJourney({ steps })],
    workspace: aWorkspace({ consent: 'opt-out' }),
    ...options,
  });
  await home.accept(
    anIdentify({ email: 'ana@b.lv', phone: '+37120000001' }),
    aTrack('Cart Filled', { cartId: 'c1', city: 'riga' }),
  );
  return home;
}
const row = (home: TestHome) => home.enrollments()[0]!;
const outcomes = (home: TestHome) =>
  home.deliveries().map((one) => [one.stepId, one.status, one.reason].filter(Boolean).join(' '));

/** The provider tells what became of a step's message. */
async function report(home: TestHome, stepId: string, status: Report['status']): Promise<void> {
  const { deliveryId } = home.deliveries().find((one) => one.stepId === stepId)!;
  const accept = acceptEvents(home.ports);
  const atMs = home.clock.nowMs();
  await takeFeedback({ ...home.ports, accept })({ deliveryId, status, atMs, reportId: `${stepId}-${status}` });
  await home.drain();
}
const night = aWorkspace({ consent: 'opt-out', quietHours: { email: { from: '08:00', to: '20:00' } } });
const chase = (more: object = {}): Steps => [
  { id: 'chase', cascade: [{ email: 'a' }, { sms: 'b' }, { email: 'c' }], every: 'P1D', ...more },
  { id: 'after', send: { webhook: 'after' } },
];

const nudge: Steps = [{ id: 'nudge', send: { email: 'nudge' } }];

describe('a cascade', () => {
  it('goes on to the next channel while nobody answers', async () => {
    const home = await inside(chase());
    expect(home.sent).toEqual(['a']);
    await home.wind('P1D');
    expect(home.sent).toEqual(['a', 'b']);
    await home.wind('P1D');
    expect(home.sent).toEqual(['a', 'b', 'c', 'webhook']);
    expect(row(home).path).toEqual(['chase', 'chase.1', 'chase.1-wait', 'chase.2', 'chase.2-wait', 'chase.3', 'after']);
  });
  it('is over once one of its messages is opened', async () => {
    const home = await inside(chase());
    await home.wind('P1D');
    await report(home, 'chase.1', 'opened');
    expect(home.sent).toEqual(['a', 'b', 'webhook']);
    expect(row(home).status).toBe('completed');
  });
  it('is not over by a report that a message arrived', async () => {
    const home = await inside(chase());
    await report(home, 'chase.1', 'delivered');
    await home.wind('P1D');
    expect(home.sent).toEqual(['a', 'b']);
  });
  it('ends by the event that it names, and then by no opening', async () => {
    const home = await inside(chase({ until: { event: 'Called Back' } }));
    await report(home, 'chase.1', 'opened');
    await home.wind('P1D');
    expect(home.sent).toEqual(['a', 'b']);
    await home.accept(aTrack('Called Back'));
    expect(home.sent).toEqual(['a', 'b', 'webhook']);
  });
  it('ends by the condition that it names', async () => {
    const home = await inside(chase({ until: { did: 'Page Viewed', atLeast: 2 } }));
    await home.accept(aTrack('Page Viewed'));
    expect(home.sent).toEqual(['a']);
    await home.accept(aTrack('Page Viewed'));
    expect(home.sent).toEqual(['a', 'webhook']);
  });
  it('takes the next channel at once where a message is not sent', async () => {
    const home = await inside([{ id: 'chase', cascade: [{ push: 'x' }, { sms: 'b' }], every: 'P1D' }]);
    expect(home.sent).toEqual(['b']);
    expect(outcomes(home)).toEqual(['chase.1 skipped no-address', 'chase.2 sent']);
  });
  it('gives each of its messages its topic, and passes over whom that is denied to', async () => {
    const home = await inside(chase({ topic: 'offers' }));
    await home.accept(anIdentify({}, { context: { consent: { sms: { offers: 'denied' } } } }));
    await home.wind('P1D');
    expect(
      home
        .deliveries()
        .filter(({ channel }) => channel !== 'webhook')
        .map(({ topic }) => topic),
    ).toEqual(['offers', 'offers', 'offers']);
    expect(outcomes(home)).toContain('chase.2 skipped no-consent');
    expect(home.sent).toEqual(['a', 'c', 'webhook']);
  });
  it('skips a message that is late by more than its use-by, and takes the next channel at once', async () => {
    const home = await inside(chase({ useBy: 'PT1H' }), { workspace: night });
    await home.wind('PT1H');
    expect(outcomes(home)).toEqual(['chase.1 skipped expired', 'chase.2 sent']);
    expect(home.sent).toEqual(['b']);
  });
  it('does not send a message that was put off once the person has answered, and goes on at once', async () => {
    const home = await inside(chase({ until: { event: 'Called Back' } }), { workspace: night });
    expect(outcomes(home)).toEqual(['chase.1 deferred quiet-hours']);
    await home.accept(aTrack('Called Back'));
    expect(outcomes(home)).toEqual(['after sent', 'chase.1 skipped answered'].toSorted());
    expect(row(home).status).toBe('completed');
  });
});

describe('a message of a cascade that is on its way when the person answers', () => {
  it('gets its outcome, and nothing goes out after it', async () => {
    for (const [answer, outcome] of [
      [{ kind: 'accepted' }, 'chase.1 sent'],
      [{ kind: 'refused', reason: '429', isPermanent: false }, 'chase.1 skipped answered'],
    ] as const) {
      const home = new TestHome({
        journeys: [aJourney({ steps: chase({ until: { event: 'Called Back' } }) })],
        workspace: aWorkspace({ consent: 'opt-out', frequencyCaps: [{ channels: 'email', atMost: 1, within: 'P1D' }] }),
      });
      await home.accept(anIdentify({ email: 'ana@b.lv', phone: '+37120000001' }));
      let isAnswered = false;
      const { deliver } = home.channels;
      home.channels.deliver = async (deliveryId, message) => {
        if (!isAnswered) await home.take(aTrack('Called Back', {}, { occurredMs: startMs + 1 }));
        isAnswered = true;
        return message.channel === 'email' ? answer : deliver.call(home.channels, deliveryId, message);
      };
      await home.accept(aTrack('Cart Filled'));
      await home.wind('PT1H');
      expect(outcomes(home)).toContain(outcome);
      expect(outcomes(home)).not.toContain('chase.1 handing');
      expect(row(home)).toMatchObject({ status: 'completed', path: ['chase', 'chase.1', 'after'] });
      expect((await home.profile()).slots.length).toBe(answer.kind === 'accepted' ? 1 : 0);
    }
  });
});

describe('a repeated list', () => {
  it('asks the condition that ends it of all that has happened, also after a wait of its own steps', async () => {
    const steps: Steps = [{ id: 'hour', wait: 'PT1H' }, ...nudge];
    const until = { didNot: 'App Opened', within: 'P3D' } as const;
    const home = new TestHome({
      journeys: [aJourney({ steps: [{ id: 'nudges', repeat: { times: 3, every: 'P1D', until, steps } }] })],
      workspace: aWorkspace({ consent: 'opt-out' }),
    });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('App Opened'), aTrack('Cart Filled'));
    await home.wind('P2DT3H');
    expect(home.sent).toEqual(['nudge', 'nudge', 'nudge']);
  });
  it('is walked so many times, with a wait in between and none after', async () => {
    const home = await inside([{ id: 'nudges', repeat: { times: 3, every: 'P1D', steps: nudge } }]);
    await home.wind('P2D');
    expect(home.sent).toEqual(['nudge', 'nudge', 'nudge']);
    expect(row(home)).toMatchObject({ status: 'completed', exitedMs: startMs + 48 * hourMs });
    expect(home.deliveries().map(({ atMs }) => (atMs - startMs) / hourMs)).toEqual([0, 24, 48]);
  });
  it('is walked so many times without a wait, each time anew', async () => {
    const home = await inside([{ id: 'nudges', repeat: { times: 3, steps: nudge } }]);
    expect(home.sent).toEqual(['nudge', 'nudge', 'nudge']);
    expect(new Set(home.deliveries().map(({ deliveryId }) => deliveryId)).size).toBe(3);
  });
  it('is over at once by the event that it names, also inside its wait', async () => {
    const home = await inside([
      { id: 'nudges', repeat: { times: 5, every: 'P30D', until: { event: 'Paid' }, steps: nudge } },
      { id: 'thanks', send: { email: 'thanks' } },
    ]);
    await home.wind('P31D');
    await home.accept(aTrack('Paid'));
    expect(home.sent).toEqual(['nudge', 'nudge', 'thanks']);
  });
  it('hears of the event also while its own steps wait', async () => {
    const steps: Steps = [...nudge, { id: 'pause', wait: 'PT6H' }];
    const home = await inside([{ id: 'nudges', repeat: { times: 3, until: { event: 'Paid' }, steps } }]);
    await home.accept(aTrack('Paid'));
    await home.wind('P3D');
    expect(home.sent).toEqual(['nudge']);
    expect(row(home).status).toBe('completed');
  });
  it('is not over by what happened before it began', async () => {
    const home = new TestHome({
      journeys: [aJourney({ steps: [{ repeat: { times: 2, every: 'P1D', until: { event: 'Paid' }, steps: nudge } }] })],
    });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Paid'), aTrack('Cart Filled'));
    await home.wind('P3D');
    expect(home.sent).toEqual(['nudge', 'nudge']);
  });
  it('is walked in full again where another one repeats it', async () => {
    const inner: Steps = [{ id: 'inner', repeat: { times: 2, every: 'PT1H', until: { event: 'Paid' }, steps: nudge } }];
    const home = await inside([{ id: 'outer', repeat: { times: 2, every: 'P1D', steps: inner } }]);
    await home.wind('PT30M');
    await home.accept(aTrack('Paid'));
    await home.wind('P4D');
    expect(home.sent).toEqual(['nudge', 'nudge', 'nudge']);
    expect(row(home).status).toBe('completed');
  });
});

describe('a message with a choice of channels', () => {
  const steps: Steps = [{ id: 'nudge', send: { firstOf: [{ push: 'p' }, { email: 'e' }, { sms: 's' }] } }];
  it('takes the first that would be sent now', async () => {
    const home = await inside(steps);
    expect(outcomes(home)).toEqual(['nudge sent']);
    expect(home.sent).toEqual(['e']);
  });
  it('passes over one that would have to wait', async () => {
    const home = await inside(steps, { workspace: night });
    expect(home.sent).toEqual(['s']);
  });
  it('is put off where each has to wait, until the first may go', async () => {
    const hours = { email: { from: '08:00', to: '20:00' }, sms: { from: '08:00', to: '14:00' } };
    const home = await inside(steps, { workspace: aWorkspace({ consent: 'opt-out', quietHours: hours }) });
    expect(outcomes(home)).toEqual(['nudge deferred quiet-hours']);
    await home.wind('PT12H');
    expect(home.sent).toEqual(['s']);
    expect(home.deliveries()[0]!.atMs).toBe(Date.parse('2026-03-02T14:00:00Z'));
  });
  it('tells why none was sent by the first of them', async () => {
    const home = await inside([{ id: 'nudge', send: { firstOf: [{ push: 'p' }, { email: 'e' }] } }], {
      workspace: aWorkspace({ consent: 'opt-in' }),
    });
    expect(outcomes(home)[0]).toMatch(/^nudge skipped no-/);
  });
});

describe('a question', () => {
  const coupon: Steps = [
    { id: 'gift', coupon: { pool: 'gift', as: 'code' }, otherwise: [{ id: 'sorry', send: { email: 'sorry' } }] },
    { id: 'mail', send: { email: 'mail' } },
  ];
  it('for a coupon keeps the code for templates', async () => {
    const home = await inside(coupon);
    const { enrollmentId } = row(home);
    expect(row(home).saved).toEqual({ code: `gift/${enrollmentId}-gift` });
    expect(home.content.requests.at(-1)!.context).toMatchObject({ coupon: { code: `gift/${enrollmentId}-gift` } });
  });
  it('for a coupon goes another way where the pool is empty, and then on', async () => {
    const home = new TestHome({
      journeys: [aJourney({ steps: coupon })],
      workspace: aWorkspace({ consent: 'opt-out' }),
    });
    home.asking.answer = (): Asked => ({ kind: 'coupon' });
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    expect(home.sent).toEqual(['sorry', 'mail']);
  });
  it('for a coupon has one id, however often the step is walked', async () => {
    const home = await inside([
      { repeat: { times: 2, steps: [{ id: 'gift', coupon: { pool: 'gift', as: 'code' } }] } },
    ]);
    expect(new Set(home.asking.asked.map(({ askId }) => askId)).size).toBe(1);
  });

  const call: Steps = [
    { id: 'ask', call: { webhook: 'crm', save: { score: 'data.score', tags: 'tags' } } },
    {
      id: 'if',
      branch: [{ when: { value: 'journey.score', above: 5 }, steps: [{ id: 'high', send: { email: 'high' } }] }],
    },
  ];
  const answering = async (answer: TestHome['asking']['answer']): Promise<TestHome> => {
    const home = new TestHome({ journeys: [aJourney({ steps: call })], workspace: aWorkspace({ consent: 'opt-out' }) });
    home.asking.answer = answer;
    await home.accept(anIdentify({ email: 'ana@b.lv' }), aTrack('Cart Filled'));
    return home;
  };
  it('to another system keeps parts of the answer', async () => {
    const home = await answering(() => ({ kind: 'answered', body: { data: { score: 7 }, tags: ['a', 'b'] } }));
    expect(row(home).saved).toEqual({ score: 7, tags: ['a', 'b'] });
    expect(home.sent).toEqual(['high']);
  });
  it('is put again a little later where the answer failed and may come', async () => {
    const home = await answering((_, count) =>
      count < 3
        ? { kind: 'failed', reason: 'timeout', isPermanent: false }
        : { kind: 'answered', body: { data: { score: 7 } } },
    );
    expect(home.sent).toEqual([]);
    await home.wind('PT10M');
    expect(home.sent).toEqual(['high']);
    // The other side can tell a repeat.
    expect(new Set(home.asking.asked.map(({ askId }) => askId)).size).toBe(1);
  });
  it('is given up after three tries, at once where it cannot be answered, and the person goes on', async () => {
    for (const isPermanent of [false, true]) {
      const home = await answering(() => ({ kind: 'failed', reason: 'status-404', isPermanent }));
      await home.wind('PT1H');
      expect(home.asking.asked.length).toBe(isPermanent ? 1 : 3);
      expect(row(home)).toMatchObject({ status: 'completed', saved: {} });
      expect(home.facts('enrollment').map(({ detail }) => detail['failed'])).toContain('status-404');
    }
  });

  it('of a table keeps its row, and asks nothing without a key', async () => {
    const home = await inside([
      { lookup: 'cities', by: 'event.properties.city', save: 'near' },
      { lookup: 'cities', by: 'event.properties.country', save: 'far' },
    ]);
    expect(row(home).saved).toEqual({ near: { key: 'riga' } });
  });
  it('is written down before the next one is asked', async () => {
    const ask = (id: string) => ({ id, call: { webhook: 'crm', save: { [id]: 'ok' } } });
    const home = new TestHome({ journeys: [aJourney({ steps: [ask('one'), ask('two')] })] });
    const dies = (): never => {
      throw new Died();
    };
    home.asking.answer = ({ askId }, count) => (askId.includes('-two-') && count === 2 ? dies() : undefined);
    await home.accept(anIdentify({}), aTrack('Cart Filled'));
    await home.wind('PT10M');
    expect(home.asking.asked.map(({ askId }) => askId.split('-').at(-2))).toEqual(['one', 'two', 'two']);
    expect(row(home)).toMatchObject({ saved: { one: true, two: true }, status: 'completed' });
  });
  it('becomes a task with its title', async () => {
    const home = await inside([{ id: 'call', task: { queue: 'call-back', title: 'Call Ana' } }]);
    const [task] = home.log.flatMap(({ tasks }) => tasks ?? []);
    expect(task!.row).toMatchObject({ queue: 'call-back', title: 'Call Ana', status: 'open', stepId: 'call' });
  });
});

describe('a hand-over to another journey', () => {
  const other = aJourney({ id: 'other', entry: { on: { api: true }, again: 'always' }, steps: [{ wait: 'P1D' }] });
  it('enters it by its own rules, with the event that began this one', async () => {
    const journeys = [
      aJourney({
        steps: [
          { id: 'on', start: 'other' },
          { id: 'after', send: { webhook: 'w' } },
        ],
      }),
      other,
    ];
    const home = await inside([], { journeys });
    expect(home.enrollments('other')).toMatchObject([{ status: 'active', event: { properties: { cartId: 'c1' } } }]);
    expect(home.enrollments('cart')).toMatchObject([{ status: 'completed', path: ['on', 'after'] }]);
  });
  it('never goes round for ever', async () => {
    const entry = { on: { event: 'Cart Filled' }, again: 'always' } as const;
    const journeys = [
      aJourney({ id: 'a', entry, steps: [{ start: 'b' }] }),
      aJourney({ id: 'b', entry: { on: { api: true } }, steps: [{ start: 'a' }] }),
    ];
    const home = await inside([], { journeys });
    expect(home.enrollments().length).toBeLessThan(30);
    expect(home.facts('entry').map(({ detail }) => detail['refused'])).toContain('start-loop');
  });
});

describe('a change of an audience', () => {
  const audiences = [anAudience('lookers', 'acquisition', { did: 'Page Viewed' })];
  it('puts the person in, or takes them out, whatever the condition says', async () => {
    const home = await inside(
      [{ audience: { add: 'lookers' } }, { wait: 'P1D' }, { audience: { remove: 'lookers' } }],
      { audiences },
    );
    expect(Object.keys((await home.profile()).audiences)).toEqual(['lookers']);
    await home.wind('P1D');
    await home.accept(aTrack('Page Viewed'));
    expect(Object.keys((await home.profile()).audiences)).toEqual([]);
  });
  it('is weaker than a conversion', async () => {
    const home = await inside([{ audience: { add: 'lookers' } }], { audiences });
    await home.accept(aTrack('Order Completed'));
    expect(Object.keys((await home.profile()).audiences)).toEqual([]);
  });
});

describe('a wait for an event of one step', () => {
  const steps: Steps = [
    { id: 'first', send: { email: 'a' } },
    { id: 'second', send: { email: 'b' } },
    {
      id: 'click',
      waitFor: { event: 'Email Clicked', of: 'second' },
      within: 'P2D',
      then: [{ id: 'yes', send: { email: 'yes' } }],
      otherwise: [],
    },
  ];
  it('does not hear of another step', async () => {
    const home = await inside(steps);
    await report(home, 'first', 'clicked');
    expect(home.sent).toEqual(['a', 'b']);
    await report(home, 'second', 'clicked');
    expect(home.sent).toEqual(['a', 'b', 'yes']);
  });
  it('does not hear of another enrollment of the same journey', async () => {
    const home = await inside(steps);
    await home.accept(anIdentify({ email: 'bo@b.lv' }, { userId: 'u2' }), aTrack('Cart Filled', {}, { userId: 'u2' }));
    await report(home, 'second', 'clicked');
    expect(
      home
        .enrollments()
        .map(({ path }) => path.includes('yes'))
        .toSorted(),
    ).toEqual([false, true]);
  });
});

describe("a wait for the person's best time", () => {
  const steps: Steps = [{ id: 'best', wait: { until: 'best-time', within: 'P1D' } }];
  const opened = (day: number, hour: number) =>
    aTrack(
      'Email Opened',
      {},
      { occurredMs: Date.parse(`2026-02-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:10:00Z`) },
    );
  /** When each of many people is let go, as hours of the day. */
  async function hoursOf(
    everyone: readonly number[],
    own: readonly number[],
    properties: JsonObject = {},
  ): Promise<readonly number[]> {
    const home = new TestHome({ journeys: [aJourney({ steps })] });
    home.asking.answer = () => ({ kind: 'hours', everyone });
    const people = Array.from({ length: 60 }, (_, index) => `u${index}`);
    for (const userId of people) {
      await home.accept(anIdentify({}, { userId }));
      for (const [index, hour] of own.entries()) await home.accept({ ...opened(index + 1, hour), properties, userId });
      await home.accept(aTrack('Cart Filled', {}, { userId }));
    }
    await home.wind('P2D');
    return home.enrollments().map(({ exitedMs }) => new Date(exitedMs!).getUTCHours());
  }
  const most = (all: readonly number[]): number =>
    [...Map.groupBy(all, (hour) => hour)].toSorted(([, left], [, right]) => right.length - left.length)[0]![0];
  const none = Array.from({ length: 24 }, () => 0);

  it('is asked for once what comes before it is done, which is not done again', async () => {
    const home = await inside([
      { id: 'mail', send: { email: 'mail' } },
      { id: 'sign', emit: { event: 'Signed' } },
      ...steps,
    ]);
    await home.wind('P2D');
    expect(home.sent).toEqual(['mail']);
    expect(home.facts('emit').length).toBe(1);
    expect(row(home)).toMatchObject({ path: ['mail', 'sign', 'best'], status: 'completed' });
  });
  it('is the hour of most of their answers, with a few people at other hours', async () => {
    const hours = await hoursOf(none, [18, 18, 18, 7]);
    const share = hours.filter((hour) => hour === 18).length / hours.length;
    expect(share).toBeGreaterThan(0.75);
    expect(share).toBeLessThan(1);
  });
  it("is everybody's hour for somebody of whom nothing is known", async () => {
    expect(
      most(
        await hoursOf(
          none.map((_, hour) => (hour === 13 ? 50 : 1)),
          [],
        ),
      ),
    ).toBe(13);
  });
  it('is learnt from people, not from machines that open their mail', async () => {
    for (const hour of await hoursOf(none, [3, 3, 3, 3], { isMachine: true }))
      expect(hour >= 9 && hour < 20).toBe(true);
  });
  it('is by day where nobody has answered yet', async () => {
    for (const hour of await hoursOf(none, [])) expect(hour >= 9 && hour < 20).toBe(true);
  });
});

describe('names that every object knows', () => {
  it('are names like any other for a journey that sends', async () => {
    const journeys = [aJourney({ id: 'constructor', steps: nudge })];
    const home = await inside([], { journeys });
    expect(home.enrollments()).toMatchObject([{ status: 'completed' }]);
    expect(home.sent).toEqual(['nudge']);
  });
  it('and the way of those whose variant is gone are told from a variant with that name', async () => {
    const experiment = (id: string): Steps => [
      { id: 'test', experiment: 'offer', variants: [{ id, percent: 100, steps: nudge }] },
    ];
    const home = await inside(experiment('old'));
    await home.wind('PT1M');
    home.definitions.publish(
      documentsOf({
        journeys: [aJourney({ steps: experiment('otherwise') })],
        workspace: aWorkspace({ consent: 'opt-out' }),
      }),
    );
    await home.accept(aTrack('Cart Filled'));
    expect(home.enrollments().map(({ path }) => path)).toEqual([['test', 'nudge'], ['test']]);
  });
});
