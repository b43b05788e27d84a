import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDocuments } from '../../core/journey/check.ts';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { renderProblem } from '../../core/problem.ts';

const root = join(import.meta.dirname, '../..');
const nowMs = Date.parse('2026-11-22T12:00:00Z');

interface Example {
  /** The headings that it stands under: `Steps › wait`. */
  readonly place: string;
  readonly value: JsonObject;
}

/** Every JSON of a Markdown text: a block holds one value, or several with a comment behind each. */
function examplesIn(markdown: string): readonly Example[] {
  const found: Example[] = [];
  let [section, part] = ['', ''];
  const lines = markdown.split('\n').values();
  for (const line of lines) {
    const heading = /^(##+) (.*)$/.exec(line);
    if (heading?.[1] === '##') [section, part] = [heading[2]!, ''];
    if (heading?.[1] === '###') part = heading[2]!.replaceAll('`', '');
    if (!/^```jsonc?$/.test(line)) continue;
    let text = '';
    for (const inside of lines) {
      if (inside === '```') break;
      text += inside.replace(/\s+\/\/ .*$/, '');
      const value = parsed(text);
      if (!value) continue;
      found.push({ place: [section, part].filter(Boolean).join(' › '), value });
      text = '';
    }
    expect(text, `This block of "${section}" ends in the middle of a value.`).toBe('');
  }
  return found;
}
function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const examples = examplesIn(readFileSync(join(root, 'docs/journey-json.md'), 'utf8'));

const journey = (over: object): object => ({
  id: 'example',
  name: 'Example',
  stage: 'decision',
  kind: 'lifecycle',
  entry: { on: { event: 'Product Added' }, key: 'properties.cartId', again: 'always' },
  goal: { on: { event: 'Order Completed' }, within: 'P3D' },
  steps: [{ send: { email: 'thanks' } }],
  ...over,
});
const aSegment = (id: string, when: object): object => ({ id, name: id, when });
const mail =
  '---\nsubject: Hello\n---\n<mjml><mj-body><mj-section><mj-column><mj-text><a href="{{ links.unsubscribe }}">Stop</a></mj-text></mj-column></mj-section></mj-body></mjml>';
const words = JSON.stringify({ title: 'Hello', body: 'Hello' });
const asked = JSON.stringify({ url: 'https://crm.example/score', body: '{}' });

/** What examples name, each in its own document. */
const around: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    'segments/vip.segment.json': aSegment('vip', { trait: 'vip', is: true }),
    'segments/dormant-60.segment.json': aSegment('dormant-60', { last: 'Order Completed', olderThan: 'P60D' }),
    'audiences/look-alikes.audience.json': { ...aSegment('look-alikes', { segment: 'vip' }), use: 'retargeting' },
    'coupons/ten-percent.coupon.json': { id: 'ten-percent', name: 'Ten percent', generate: {} },
    'calendars/LV.json': { id: 'LV', name: 'Latvia', holidays: { 'new-year': '--01-01' } },
    'journeys/win-back.journey.json': { ...journey({ entry: { on: { api: true } } }), id: 'win-back' },
  })
    .map(([path, document]) => [path, JSON.stringify(document)] as const)
    .concat([
      ...['thanks', 'cart-reminder', 'nudge'].map((id) => [`templates/${id}/email.mjml`, mail] as const),
      ['templates/nudge/sms.txt', 'Hello {{ links.unsubscribe }}'],
      ['templates/nudge/push.json', words],
      ['templates/nudge/in-app.json', words],
      ['templates/crm-score/webhook.json', asked],
      ['tables/neighbours.csv', 'category,name\nBikes,Boats'],
      [
        'workspace.json',
        JSON.stringify(examples.find(({ place }) => place === 'workspace.json')?.value ?? 'There is no workspace.'),
      ],
    ]),
);

/** The documents that an example makes with what it names. */
function documentsOf({ place, value }: Example): Readonly<Record<string, string>> {
  const one = (path: string, document: object): Readonly<Record<string, string>> => ({
    ...around,
    [path]: JSON.stringify(document),
  });
  const own = (over: object) => one('journeys/example.journey.json', journey(over));
  const mailFirst = { id: 'first', send: { email: 'cart-reminder' } };
  if (place.startsWith('Conditions › value'))
    return own({ entry: { on: { event: 'Product Added' }, again: 'always', when: value } });
  if (place.startsWith('Conditions')) return one('segments/example.segment.json', aSegment('example', value));
  if (place === 'Journeys') return one(`journeys/${String(value['id'])}.journey.json`, value);
  if (place.startsWith('Journeys ›') || place.startsWith('Who enters')) return own({ entry: value });
  if (place.startsWith('Steps')) {
    const isOfMail = JSON.stringify(value).includes('"of":"mail"');
    return own({ steps: [{ ...mailFirst, ...(isOfMail && { id: 'mail' }) }, value, { ...mailFirst, id: 'last' }] });
  }
  if (place === 'workspace.json') return one('workspace.json', value);
  if (place === 'rules.json') return one('rules.json', value);
  const id = String(value['id']);
  if (place === 'Computed traits' && !('when' in value)) return one(`traits/${id}.trait.json`, value);
  if ('use' in value) return one(`audiences/${id}.audience.json`, value);
  if ('when' in value) return one(`segments/${id}.segment.json`, value);
  if ('codes' in value || 'generate' in value) return one(`coupons/${id}.coupon.json`, value);
  if ('holidays' in value) return one(`calendars/${id}.json`, value);
  return one(`events/${id}.event.json`, value);
}

const namesIn = (value: Json): readonly string[] =>
  Array.isArray(value)
    ? value.flatMap(namesIn)
    : isObject(value)
      ? Object.entries(value).flatMap(([key, inner]) => [key, ...namesIn(inner)])
      : [];

/** Keys of the language, as its schemas name them. */
function keysOf(schema: Json): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  if (!isObject(schema)) return [];
  const { properties, ...rest } = schema;
  const own = isObject(properties) ? [...Object.keys(properties), ...Object.values(properties).flatMap(keysOf)] : [];
  return [...own, ...keysOf(Object.values(rest))];
}

describe('what a marketer is shown', () => {
  it.each(examples.map((example) => [example.place, JSON.stringify(example.value), example] as const))(
    '%s: %s',
    (_, __, example) => {
      const files = Object.entries(documentsOf(example)).map(([path, text]) => ({ path, text }));
      const errors = checkDocuments(files, nowMs).problems.filter(({ severity }) => severity === 'error');
      expect(errors.map(renderProblem)).toEqual([]);
    },
  );

  it('has an example of every key of the language', () => {
    const shown = new Set(examples.flatMap(({ value }) => namesIn(value)));
    const schemas = readdirSync(join(root, 'workflows/schema'));
    const keys = schemas.flatMap((name) =>
      keysOf(JSON.parse(readFileSync(join(root, 'workflows/schema', name), 'utf8')) as Json),
    );
    expect([...new Set(keys)].filter((key) => key !== '$schema' && !shown.has(key)).sort()).toEqual([]);
  });
});
