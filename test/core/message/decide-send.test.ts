import { describe, expect, it } from 'vitest';
import type { Enrollment } from '../../../core/enrollment/enrollment.ts';
import type { Channel, FrequencyCap, Workspace } from '../../../core/journey/document.ts';
import { decideSend } from '../../../core/message/decide-send.ts';
import {
  refusals,
  suppressionScopes,
  type Suppression,
  type SuppressionReason,
} from '../../../core/message/delivery.ts';
import type { SendContext } from '../../../core/message/send-context.ts';
import { newProfile, type CapSlot, type Profile } from '../../../core/profile/profile.ts';
import { aWorkspace, dayMs, hourMs, startMs } from '../../builders.ts';

const anEnrollment: Enrollment = {
  enrollmentId: 'e1',
  journeyId: 'cart',
  version: 'v1',
  profileId: 'p1',
  status: 'active',
  enteredMs: startMs,
  saved: {},
  cursor: { stepId: 'hello', visit: 1 },
  path: [],
  watches: {},
  hop: 0,
  attemptId: 'a1',
};
const says = (value: 'granted' | 'denied') => ({ value, ms: startMs, id: 'm1' });
const slot = (over: Partial<CapSlot> = {}): CapSlot => ({
  deliveryId: 'd1',
  ms: startMs - hourMs,
  channel: 'email',
  purpose: 'marketing',
  ...over,
});
const suppressed = (reason: SuppressionReason): Suppression => ({
  channel: 'email',
  addressHash: 'aa',
  reason,
  atMs: startMs,
});

/** A marketing e-mail that may go, but for what the test says. */
type Over = Partial<Omit<SendContext, 'profile' | 'workspace'>> & {
  readonly profile?: Partial<Profile>;
  readonly workspace?: Partial<Workspace>;
};
function decide({ profile, workspace, ...over }: Over = {}) {
  const decision = decideSend({
    profile: { ...newProfile('p1', startMs), consent: { 'email/marketing': says('granted') }, ...profile },
    workspace: aWorkspace({ consent: 'opt-in', holdout: 5, ...workspace }),
    enrollment: anEnrollment,
    isAcquisition: false,
    channel: 'email',
    purpose: 'marketing',
    address: { value: 'ana@b.lv', isVerified: true },
    suppressions: [],
    stops: new Map(),
    nowMs: startMs,
    zone: 'UTC',
    ...over,
  });
  return decision.kind === 'send' ? 'send' : `${decision.kind} ${decision.reason}`;
}

/** Every rule's own case: alone it decides, and together the earlier one does. */
const cases: readonly (readonly [string, Over])[] = [
  ['skip erased', { profile: { isErased: true } }],
  ['skip not-active', { enrollment: { ...anEnrollment, status: 'exited' } }],
  ['skip converted', { isAcquisition: true, profile: { convertedMs: startMs } }],
  ['skip suppressed', { suppressions: [suppressed('unsubscribe')] }],
  ['skip no-consent', { profile: { consent: { 'email/marketing': says('denied') } } }],
  ['skip address-unverified', { address: { value: 'ana@b.lv', isVerified: false } }],
  ['skip holdout', { profile: { assignments: { holdout: 'held-out' } } }],
  ['skip step-holdout', { isStepHeldOut: true }],
  ['defer paused', { stops: new Map([['journey/cart', 'paused']]) }],
  ['defer breaker', { profile: { handed: { cart: Array<number>(20).fill(startMs) } } }],
  ['defer quiet-hours', { workspace: { quietHours: { email: { from: '09:00', to: '11:00' } } } }],
  [
    'skip frequency-cap',
    { workspace: { frequencyCaps: [{ channels: 'email', atMost: 1, within: 'P1D' }] }, profile: { slots: [slot()] } },
  ],
];
const joined = (all: readonly Over[]): Over =>
  all.reduce(
    (left, right) => ({
      ...left,
      ...right,
      profile: { ...left.profile, ...right.profile },
      workspace: { ...left.workspace, ...right.workspace },
    }),
    {},
  );

describe('the gate', () => {
  it('lets a message go that nothing is against', () => {
    expect(decide()).toBe('send');
  });

  it.each(cases)('says %s', (expected, over) => {
    expect(decide(over)).toBe(expected);
  });

  it('decides by the first rule with something to say, in its one order', () => {
    cases.forEach(([expected], from) => {
      expect(decide(joined(cases.slice(from).map(([, over]) => over)))).toBe(expected);
    });
  });

  it('lists its reasons in its order', () => {
    const told = cases.map(([expected]) => expected.split(' ')[1]!);
    const places = told.map((reason) => refusals.findIndex((one) => one === reason));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });
});

describe('conversion', () => {
  it('stops acquisition messages of every purpose and channel, and no others', () => {
    const profile = { convertedMs: startMs };
    expect(decide({ profile })).toBe('send');
    expect(decide({ profile, isAcquisition: true, purpose: 'transactional' })).toBe('skip converted');
    expect(decide({ profile, isAcquisition: true, channel: 'webhook' })).toBe('skip converted');
  });
});

describe('a suppression', () => {
  it.each(Object.entries(suppressionScopes))('for %s covers %s', (reason, scope) => {
    const suppressions = [suppressed(reason as SuppressionReason)];
    expect(decide({ suppressions })).toBe('skip suppressed');
    expect(decide({ suppressions, purpose: 'transactional' })).toBe(scope === 'all' ? 'skip suppressed' : 'send');
  });

  it('beats consent', () => {
    expect(decide({ suppressions: [suppressed('complaint')], profile: { consent: {} } })).toBe('skip suppressed');
  });
});

describe('consent', () => {
  it('must be granted where the workspace opts in, and must not be denied where it opts out', () => {
    const unknown = { profile: { consent: {} } };
    expect(decide(unknown)).toBe('skip no-consent');
    expect(decide({ ...unknown, workspace: { consent: 'opt-out' } })).toBe('send');
    expect(
      decide({ profile: { consent: { 'email/marketing': says('denied') } }, workspace: { consent: 'opt-out' } }),
    ).toBe('skip no-consent');
    const unverified = { address: { value: 'ana@b.lv', isVerified: false } };
    expect(decide({ ...unknown, ...unverified, workspace: { consent: 'opt-out' } })).toBe('skip address-unverified');
  });

  it('is a channel’s own', () => {
    expect(decide({ channel: 'sms' })).toBe('skip no-consent');
    expect(decide({ channel: 'in-app' })).toBe('skip no-consent');
  });

  it('may be denied for one topic', () => {
    const consent = { 'email/marketing': says('granted'), 'email/topic:offers': says('denied') };
    expect(decide({ profile: { consent }, topic: 'offers' })).toBe('skip no-consent');
    expect(decide({ profile: { consent }, topic: 'care' })).toBe('send');
    expect(decide({ profile: { consent } })).toBe('send');
  });
});

describe('an address', () => {
  const without = (channel: Channel, over: Over = {}) => {
    const { address: _, ...rest } = { address: undefined, ...over };
    const consent = { [`${channel}/marketing`]: says('granted') };
    const profile = { ...newProfile('p1', startMs), consent };
    return decideSend({
      ...{
        profile,
        workspace: aWorkspace(),
        enrollment: anEnrollment,
        isAcquisition: false,
        channel,
        purpose: 'marketing' as const,
      },
      ...{ suppressions: [], stops: new Map(), nowMs: startMs, zone: 'UTC' },
      ...(rest as Partial<SendContext>),
    });
  };

  it('is needed, but for webhooks and inside an app', () => {
    expect(without('email')).toEqual({ kind: 'skip', reason: 'no-address' });
    expect(without('sms')).toEqual({ kind: 'skip', reason: 'no-address' });
    expect(without('in-app')).toEqual({ kind: 'send' });
    expect(without('webhook')).toEqual({ kind: 'send' });
  });

  it('must be verified for marketing alone', () => {
    const address = { value: 'ana@b.lv', isVerified: false };
    expect(decide({ address, purpose: 'transactional' })).toBe('send');
  });
});

describe('a transactional message', () => {
  const passes: Over = joined(
    cases.filter(([reason]) => /consent|skip holdout|quiet|cap/.test(reason)).map(([, over]) => over),
  );

  it('passes consent, holdout, quiet hours and caps', () => {
    expect(decide({ ...passes, purpose: 'transactional', topic: 'offers' })).toBe('send');
  });

  it('is kept back by the holdout of its own step', () => {
    expect(decide({ purpose: 'transactional', isStepHeldOut: true })).toBe('skip step-holdout');
  });

  it('stops where transactional messages are denied, people are erased or sending is paused', () => {
    const consent = { 'email/transactional': says('denied') };
    expect(decide({ purpose: 'transactional', profile: { consent } })).toBe('skip no-consent');
    expect(decide({ purpose: 'transactional', profile: { isErased: true } })).toBe('skip erased');
    expect(decide({ purpose: 'transactional', stops: new Map([['workspace', 'breaker']]) })).toBe('defer breaker');
  });
});

describe('a webhook', () => {
  it('needs no consent, address, quiet hours or cap', () => {
    const quietHours = { webhook: { from: '09:00', to: '11:00' } };
    const frequencyCaps: readonly FrequencyCap[] = [{ channels: 'webhook', atMost: 0, within: 'P1D' }];
    const profile = { consent: { 'webhook/marketing': says('denied') }, assignments: { holdout: 'held-out' } };
    expect(decide({ channel: 'webhook', workspace: { quietHours, frequencyCaps }, profile })).toBe('send');
  });

  it('obeys erasure, the end of its enrollment and stops', () => {
    const [erased, ended] = [cases[0]!, cases[1]!];
    expect(decide({ ...erased[1], channel: 'webhook' })).toBe(erased[0]);
    expect(decide({ ...ended[1], channel: 'webhook' })).toBe(ended[0]);
    expect(decide({ channel: 'webhook', stops: new Map([['channel/webhook', 'paused']]) })).toBe('defer paused');
  });
});

describe('a stop', () => {
  it('is of the workspace, the journey or the channel', () => {
    const stopping = (id: string) => decide({ stops: new Map([[id, 'paused']]) });
    expect(['workspace', 'journey/cart', 'channel/email'].map(stopping)).toEqual(Array(3).fill('defer paused'));
    expect(['journey/other', 'channel/sms'].map(stopping)).toEqual(['send', 'send']);
  });
});

describe('a holdout', () => {
  it('counts while the workspace holds anybody out', () => {
    const profile = { assignments: { holdout: 'held-out' } };
    expect(decide({ profile, workspace: { holdout: 0 } })).toBe('send');
    expect(decide({ profile: { assignments: { holdout: 'in' } } })).toBe('send');
  });
});

describe('quiet hours', () => {
  const quietHours = { email: { from: '22:00', to: '08:00' } };
  const until = (nowMs: number, zone: string) => {
    const profile = { ...newProfile('p1', startMs), consent: { 'email/marketing': says('granted') } };
    const workspace = aWorkspace({ quietHours });
    const address = { value: 'ana@b.lv', isVerified: true };
    const decision = decideSend({
      ...{ profile, workspace, enrollment: anEnrollment, isAcquisition: false, channel: 'email', purpose: 'marketing' },
      ...{ address, suppressions: [], stops: new Map(), nowMs, zone },
    });
    return decision.kind === 'defer' ? new Date(decision.untilMs).toISOString() : decision.kind;
  };

  it('put a message off until they end, in the person’s own zone', () => {
    expect(until(Date.parse('2026-03-02T23:00:00Z'), 'UTC')).toBe('2026-03-03T08:00:00.000Z');
    expect(until(Date.parse('2026-03-02T23:00:00Z'), 'America/New_York')).toBe('send');
    expect(until(Date.parse('2026-03-03T04:00:00Z'), 'America/New_York')).toBe('2026-03-03T13:00:00.000Z');
  });

  it('are of the channels that name them', () => {
    const consent = { 'sms/marketing': says('granted') };
    const workspace = { quietHours: { email: { from: '09:00', to: '11:00' } } };
    expect(decide({ channel: 'sms', profile: { consent }, workspace })).toBe('send');
  });
});

describe('a frequency cap', () => {
  const capped = (cap: Partial<FrequencyCap>, slots: readonly CapSlot[], over: Over = {}) =>
    decide({
      ...over,
      workspace: { frequencyCaps: [{ channels: 'email', atMost: 2, within: 'P1D', ...cap }] },
      profile: { slots },
    });

  it('counts what was handed over within its window', () => {
    const old = slot({ ms: startMs - dayMs });
    expect(capped({}, [slot(), slot()])).toBe('skip frequency-cap');
    expect(capped({}, [slot(), old])).toBe('send');
    expect(capped({}, [slot(), slot({ ms: startMs - dayMs + 1 })])).toBe('skip frequency-cap');
  });

  it('counts its channels, its purpose and its topic alone', () => {
    expect(capped({}, [slot(), slot({ channel: 'sms' })])).toBe('send');
    expect(capped({ channels: ['email', 'sms'] }, [slot(), slot({ channel: 'sms' })])).toBe('skip frequency-cap');
    expect(capped({ purpose: 'marketing' }, [slot(), slot({ purpose: 'transactional' })])).toBe('send');
    expect(capped({ topic: 'offers' }, [slot({ topic: 'offers' }), slot()], { topic: 'offers' })).toBe('send');
    expect(capped({ topic: 'offers', atMost: 1 }, [slot({ topic: 'offers' })], { topic: 'care' })).toBe('send');
  });

  it('that defers says when there is room again, and one that skips comes first', () => {
    const context = (then: 'skip' | 'defer') =>
      capped({ then, atMost: 1 }, [slot({ ms: startMs - 2 * hourMs }), slot()]);
    expect(context('defer')).toBe('defer frequency-cap');
    const profile = {
      ...newProfile('p1', startMs),
      consent: { 'email/marketing': says('granted') },
      slots: [slot({ ms: startMs - 2 * hourMs }), slot()],
    };
    const frequencyCaps: readonly FrequencyCap[] = [
      { channels: 'email', atMost: 1, within: 'P1D', then: 'defer' },
      { channels: 'email', atMost: 2, within: 'P2D', then: 'defer' },
    ];
    const at = (caps: readonly FrequencyCap[]) =>
      decideSend({
        ...{ profile, workspace: aWorkspace({ frequencyCaps: caps }), enrollment: anEnrollment, isAcquisition: false },
        ...{ channel: 'email', purpose: 'marketing', address: { value: 'ana@b.lv', isVerified: true } },
        ...{ suppressions: [], stops: new Map(), nowMs: startMs, zone: 'UTC' },
      });
    expect(at(frequencyCaps)).toEqual({ kind: 'defer', reason: 'frequency-cap', untilMs: startMs + 46 * hourMs });
    expect(at([...frequencyCaps, { channels: 'email', atMost: 1, within: 'P1D' }])).toEqual({
      kind: 'skip',
      reason: 'frequency-cap',
    });
  });

  it('of nothing at all skips', () => {
    expect(capped({ atMost: 0, then: 'defer' }, [])).toBe('skip frequency-cap');
  });
});
