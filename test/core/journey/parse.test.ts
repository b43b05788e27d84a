import { describe, expect, it } from 'vitest';
import { parseAudience, parseJourney, parseSegment, parseWorkspace } from '../../../core/journey/parse.ts';
import { parseCondition } from '../../../core/segment/parse-condition.ts';
import { aJourney } from './workflow-files.ts';

const conditions = [
  { all: [] },
  { any: [{ not: { trait: 'plan', isNot: 'pro' } }, { segment: 'vip' }] },
  { trait: 'address.city', in: ['Riga', null, 3], exists: true },
  { trait: 'email', startsWith: 'a', contains: '@', matches: '.*@example\\.com$' },
  { trait: 'trialEndsAt', before: { fromNow: 'P3D' }, after: '2026-01-01' },
  { trait: 'bornAt', after: { ago: 'P18Y' }, before: '2026-12-09T18:00+01:00' },
  { did: 'Product Viewed', where: { category: 'Bikes', price: { above: 100 } }, atLeast: 3, within: 'P7D' },
  { did: ['A', 'B'], exactly: 0 },
  { did: 'Order Completed', sum: 'revenue', atLeast: 499.5, within: 'P90D' },
  { did: 'Order Completed', distinct: 'productId', atLeast: 2 },
  { didNot: 'Email Opened', within: 'P60D', where: { 'products.category': 'Bikes' } },
  { last: 'Order Completed', where: { total: { atLeast: 1 } }, olderThan: 'P60D', newerThan: 'P180D' },
  { first: 'Order Completed' },
  { sequence: [{ did: 'A' }, { did: 'B' }], within: 'PT1H', thenNot: 'C', for: 'PT1H' },
  { consent: 'email', purpose: 'marketing', is: 'granted' },
  { dayOf: 'birthday', from: '-P7D', to: 'P0D' },
  { dayOf: { holiday: 'new-year' }, from: '-P1D', to: 'P1D' },
  { random: 20, salt: 'spring' },
  { value: 'event.properties.total', above: 100 },
];

const then: readonly object[] = [];
const steps = [
  { wait: 'PT1H' },
  { wait: { until: '10:00', on: ['MO', 'FR'], zone: 'profile' } },
  { wait: { between: ['09:00', '18:00'], on: 'MO', zone: 'workspace' } },
  { wait: { between: ['22:00', '24:00'], zone: 'Europe/Riga' } },
  { wait: { until: '2026-12-09T18:00+01:00' } },
  { wait: { until: { trait: 'trialEndsAt', offset: '-P1D' } } },
  { wait: { until: { value: 'event.properties.startsAt', offset: '-P1D' }, ifPast: 'skip-next' } },
  { wait: { until: 'best-time', within: 'P1D' } },
  {
    waitFor: { event: 'Order Completed', where: { total: 3 }, key: 'properties.cartId' },
    within: 'P2D',
    save: 'answer',
    then,
  },
  { waitFor: { when: { segment: 'vip' } }, within: 'P2D', then, otherwise: [{ end: true }] },
  { waitFor: { event: 'Email Clicked', of: 'mail' }, within: 'P2D' },
  { send: { email: 'cart-reminder' }, topic: 'offers', useBy: 'PT12H', id: 'mail', name: 'The mail' },
  { send: { 'in-app': 'nudge' } },
  { send: { firstOf: [{ push: 'nudge' }, { email: 'nudge' }, { sms: 'nudge' }] } },
  { cascade: [{ push: 'a' }, { email: 'b' }], every: 'P1D', until: { event: 'Order Completed' } },
  { cascade: [{ push: 'a' }, { email: 'b' }], every: 'P1D', topic: 'offers', useBy: 'PT6H' },
  { branch: [{ when: { segment: 'vip' }, steps: [] }], otherwise: [] },
  {
    experiment: 'offer',
    variants: [{ id: 'a', percent: 100, steps: [] }],
    winner: { by: 'goal', after: 'P14D', least: 200 },
  },
  { repeat: { times: 3, every: 'P1D', until: { segment: 'vip' }, steps: [{ wait: 'P1D' }] } },
  { update: { traits: { lastOffer: 'cart' } } },
  { audience: { add: 'lookalikes' } },
  { audience: { remove: 'lookalikes' } },
  { emit: { event: 'Offer Made', properties: { a: [1] } } },
  { coupon: { pool: 'ten-percent', as: 'code' }, otherwise: [] },
  { call: { webhook: 'crm-score', save: { score: 'score' } } },
  { lookup: 'neighbours', by: 'profile.traits.topCategory', save: 'neighbour' },
  { task: { queue: 'call-back', title: 'Call {{ profile.traits.firstName }}' } },
  { start: 'win-back' },
  { end: true },
];

const entries = [
  {
    on: { event: 'Product Added', where: { a: 1 } },
    when: { segment: 'vip' },
    key: 'properties.cartId',
    again: { after: 'P7D' },
  },
  { on: { segment: 'dormant-60', edge: 'enter' }, again: 'always', meanwhile: 'restart' },
  { on: { schedule: { every: 'P1W', on: 'MO', at: '10:00', zone: 'profile' }, segment: 'vip' } },
  { on: { schedule: { once: '2026-12-01T10:00', zone: 'profile' }, segment: 'vip' } },
  { on: { date: { trait: 'trialEndsAt' }, offset: '-P3D', at: '10:00', repeats: 'yearly' } },
  { on: { date: { holiday: 'new-year' } } },
  { on: { api: true }, limit: { atMost: 500, per: 'P1D', by: 'profile.traits.score' } },
];

describe('the language', () => {
  it.each(conditions.map((condition) => [JSON.stringify(condition), condition]))(
    'knows the condition %s',
    (_, condition) => {
      expect(parseCondition(condition)).toEqual({ kind: 'condition', condition });
    },
  );

  it.each(steps.map((step) => [JSON.stringify(step), step]))('knows the step %s', (_, step) => {
    const journey = aJourney({ steps: [step] });
    expect(parseJourney(journey)).toEqual({ document: journey, draft: journey, findings: [] });
  });

  it.each(entries.map((entry) => [JSON.stringify(entry), entry]))('knows the entry %s', (_, entry) => {
    expect(parseJourney(aJourney({ entry })).findings).toEqual([]);
  });

  it('knows everything that a workspace may say', () => {
    const workspace = {
      $schema: './schema/workspace.schema.json',
      name: 'Shop',
      timeZone: 'Europe/Riga',
      locale: 'en-GB',
      currency: 'EUR',
      sender: {
        email: { from: 'Shop <a@b.example>', replyTo: 'a@b.example', postalAddress: 'Riga' },
        sms: { sender: 'Shop' },
      },
      conversion: [{ event: ['A', 'B'], where: { total: { above: 0 } } }],
      value: 'revenue',
      consent: 'opt-out',
      quietHours: {
        sms: { from: '20:00', to: '09:00', days: ['MO', 'TU'] },
        push: { from: '00:00', to: '24:00', days: 'SU' },
      },
      frequencyCaps: [
        { channels: ['email', 'sms'], purpose: 'marketing', topic: 'offers', atMost: 2, within: 'P7D', then: 'defer' },
      ],
      holdout: 5,
      topics: [{ id: 'offers', name: 'Offers' }],
      stages: { decision: { did: 'Order Completed' } },
      retention: 'P500D',
    };
    expect(parseWorkspace(workspace).findings).toEqual([]);
  });

  it('knows segments and audiences', () => {
    const when = { did: 'Order Completed' };
    const sync = [{ platform: 'meta', account: '1', list: '2', consent: 'ads' }];
    expect(parseSegment({ id: 'a', name: 'A', backfill: 'enter', when }).findings).toEqual([]);
    expect(parseAudience({ id: 'a', name: 'A', use: 'acquisition', when, sync }).findings).toEqual([]);
  });
});

describe('a document that is no object', () => {
  it.each([null, 7, 'text', [], true])('is one finding: %j', (value) => {
    for (const parse of [parseWorkspace, parseSegment, parseAudience, parseJourney]) {
      const { draft, document, findings } = parse(value);
      expect({ draft, document, codes: findings.map(({ code }) => code) }).toEqual({
        draft: undefined,
        document: undefined,
        codes: ['wrong-type'],
      });
    }
  });
});

describe('a draft', () => {
  it('has lost the broken keys, and nothing else', () => {
    const written = aJourney({ priority: 'high', steps: [{ id: 'x', send: { email: 'a' }, useBy: 7 }, { what: 1 }] });
    const { draft } = parseJourney(written);
    expect(draft).toEqual({
      ...written,
      priority: undefined,
      steps: [{ id: 'x', send: { email: 'a' }, useBy: undefined }, undefined],
    });
  });
});
