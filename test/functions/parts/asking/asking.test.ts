import { describe, expect, it } from 'vitest';
import type { Ask, Asked } from '../../../../core/enrollment/ask.ts';
import type { Documents, TemplateFile } from '../../../../core/journey/document.ts';
import type { JsonObject } from '../../../../core/json.ts';
import type { WebhookMessage } from '../../../../core/message/message.ts';
import type { RenderRequest } from '../../../../core/ports.ts';
import { askingOf } from '../../../../functions/parts/asking/asking.ts';
import { contentOf } from '../../../../functions/parts/content/content.ts';
import { rendererOf } from '../../../../functions/parts/content/renderer.ts';
import { documentsOf } from '../../../builders.ts';
import { TestDefinitions } from '../../../fakes.ts';

const template = (channel: TemplateFile['channel'], text: string): TemplateFile => ({
  id: channel,
  channel,
  text,
  file: `templates/${channel}/${channel}.json`,
});
const webhook = JSON.stringify({
  url: 'https://crm.example/{{ profile.traits.city }}',
  body: {
    user: '{{ profile.profileId }}',
    code: '{{ coupon.code }}',
    near: '{{ tables.near[profile.traits.city].name }}',
  },
});
const near = {
  id: 'near',
  columns: ['city', 'name'],
  rows: [['riga', 'Jūrmala'], ['riga', 'Second'], ['__proto__', 'Nowhere'], ['12', 'Twelve'], ['short']],
} as const;

/** Asks of documents; keeps the calls that were made. */
function asker(over: Partial<Documents> = {}) {
  const documents = documentsOf({ templates: [template('webhook', webhook)], tables: [near], ...over });
  const clock = { nowMs: () => 1_772_445_600_000 };
  const links = { unsubscribe: () => 'https://shop.example/u', preferences: () => 'https://shop.example/p' };
  const content = contentOf(rendererOf(documents.templates, documents.workspace), documents, links, clock);
  const calls: (readonly [askId: string, message: WebhookMessage])[] = [];
  const asking = askingOf({
    definitions: new TestDefinitions(documents),
    content,
    coupons: { claim: async ({ id }, askId) => (id === 'empty' ? undefined : `${id}/${askId}`) },
    hours: { learn: async (own) => own.map((count) => count + 1) },
    call: async (askId, message) => {
      calls.push([askId, message]);
      return { kind: 'answered', body: { ok: true } };
    },
  });
  return { ask: (ask: Ask): Promise<Asked> => asking.ask(ask), calls };
}
const permanent = (reason: string): Asked => ({ kind: 'failed', reason, isPermanent: true });
const ana = { profile: { profileId: 'p1', traits: { city: 'riga', name: 'Ana' } }, coupon: { code: 'TEN' } };

describe('a coupon', () => {
  const pools = ['gift', 'empty'].map((id) => ({ id, name: id, codes: [] }));
  const coupon = (pool: string) => asker({ coupons: pools }).ask({ kind: 'coupon', askId: 'e1', pool });
  it('comes from its pool', async () => {
    expect(await coupon('gift')).toEqual({ kind: 'coupon', code: 'gift/e1' });
    expect(await coupon('empty')).toEqual({ kind: 'coupon' });
  });
  it('of a pool that is not published any more has failed for good', async () => {
    expect(await coupon('gone')).toEqual(permanent('unknown-pool: gone'));
  });
});

describe('a row', () => {
  const row = (table: string, key: string) => asker().ask({ kind: 'row', askId: 'e1', table, key });
  it('is the first with its key, its columns by name', async () => {
    expect(await row('near', 'riga')).toEqual({ kind: 'row', row: { city: 'riga', name: 'Jūrmala' } });
    expect(await row('near', '12')).toEqual({ kind: 'row', row: { city: '12', name: 'Twelve' } });
    expect(await row('near', 'short')).toEqual({ kind: 'row', row: { city: 'short', name: '' } });
    expect(await row('near', '__proto__')).toEqual({ kind: 'row', row: { city: '__proto__', name: 'Nowhere' } });
  });
  it('is none where nothing stands under its key, whatever the key is', async () => {
    for (const key of ['Riga', '', 'constructor', 'toString']) expect(await row('near', key)).toEqual({ kind: 'row' });
    expect(await row('far', 'riga')).toEqual(permanent('unknown-table: far'));
    expect(await row('constructor', 'riga')).toEqual(permanent('unknown-table: constructor'));
  });
});

describe('a text', () => {
  const text = (liquid: string, context: JsonObject = ana) =>
    asker().ask({ kind: 'text', askId: 'e1', liquid, context });
  it('names what a template names', async () => {
    const liquid =
      'Call {{ profile.traits.name }} of {{ workspace.name }} near {{ tables.near[profile.traits.city].name }}: {{ coupon.code }}';
    expect(await text(liquid)).toEqual({ kind: 'text', text: 'Call Ana of Harbour near Jūrmala: TEN' });
    expect(await text('{{ profile.traits.age | default: "no age" }}')).toEqual({ kind: 'text', text: 'no age' });
  });
  it('has failed for good, by the name of what is missing, where it would print a blank', async () => {
    expect(await text('Call {{ profile.traits.phone }}')).toEqual(permanent('missing-value: profile.traits.phone'));
    expect(await text('{{ tables.near.tallinn.name }}')).toMatchObject({
      reason: expect.stringMatching(/^missing-value: /),
    });
    expect(await text('{{ coupon.code }}', { profile: {} })).toEqual(permanent('missing-value: coupon.code'));
  });
  it('has failed for good where it is no Liquid, or has no end', async () => {
    for (const liquid of ['{% if %}', '{{ profile | nonsense }}', '{% for a in (1..100000000) %}x{% endfor %}'])
      expect(await text(liquid)).toMatchObject({ kind: 'failed', isPermanent: true });
  });
});

describe('a call', () => {
  const request = (over: Partial<RenderRequest> = {}): RenderRequest => ({
    channel: 'webhook',
    templateId: 'webhook',
    locale: 'en',
    timeZone: 'UTC',
    deliveryId: 'e1-score-0',
    profileId: 'p1',
    to: 'webhook',
    purpose: 'transactional',
    context: ana,
    ...over,
  });
  it('is made of its template, under the id of its ask', async () => {
    const { ask, calls } = asker();
    const answered = await ask({ kind: 'call', askId: 'e1-score-0', request: request() });
    expect(answered).toEqual({ kind: 'answered', body: { ok: true } });
    expect(calls).toMatchObject([
      ['e1-score-0', { url: 'https://crm.example/riga', body: { user: 'p1', code: 'TEN', near: 'Jūrmala' } }],
    ]);
  });
  it('is not made where its template is missing, lacks a value, or is of another channel', async () => {
    const { ask, calls } = asker({ templates: [template('webhook', webhook), template('sms', 'Hello')] });
    const made = (over: Partial<RenderRequest>) => ask({ kind: 'call', askId: 'e1', request: request(over) });
    expect(await made({ templateId: 'none' })).toEqual(permanent('reference-missing: webhook/none'));
    expect(await made({ context: { profile: {} } })).toEqual(permanent('missing-value: profile.traits.city'));
    expect(await made({ channel: 'sms', templateId: 'sms' })).toEqual(permanent('not-a-webhook: sms'));
    expect(calls).toEqual([]);
  });
});
