import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, TemplateFile, Workspace } from '../../../../core/journey/document.ts';
import type { JsonObject } from '../../../../core/json.ts';
import { createCompiler } from '../../../../functions/parts/content/liquid-engine.ts';
import { compilerVersion } from '../../../../functions/parts/content/mjml-cache.ts';
import { publishTemplates, type TemplateProblem } from '../../../../functions/parts/content/publish-templates.ts';
import {
  rendererOf as runnerOf,
  type RenderOutcome,
  type Renderer,
} from '../../../../functions/parts/content/renderer.ts';

const workspace: Workspace = {
  name: 'Shop',
  timeZone: 'Europe/Riga',
  locale: 'en',
  currency: 'EUR',
  sender: { email: { from: 'Shop <hello@shop.example>', postalAddress: 'Brīvības 1, Riga' } },
  conversion: [{ event: 'Order Completed' }],
};
const endings = { email: 'mjml', sms: 'txt', push: 'json', webhook: 'json', 'in-app': 'json' } as const;
const file = (id: string, channel: Channel, text: string, locale?: string): TemplateFile => ({
  id,
  channel,
  text,
  file: `templates/${id}/${channel}${locale === undefined ? '' : `.${locale}`}.${endings[channel]}`,
  ...(locale !== undefined && { locale }),
});
const mjml = (inner: string, subject = 'Hi'): string =>
  `---\nsubject: ${subject}\n---\n<mjml><mj-body><mj-section><mj-column>${inner}</mj-column></mj-section></mj-body></mjml>`;
const text = (inner: string): string => mjml(`<mj-text>${inner}</mj-text>`);

const basket = `---
# What the shop sends after an hour
subject: "{{ profile.traits.firstName | default: 'Hello' }}, your basket is waiting"
preheader: {{ event.properties.products.size }} things for {{ event.properties.total | money }}
---
<mjml>
  <mj-body>
    <mj-section><mj-column>
      <mj-text>Hi {{ profile.traits.firstName | default: "there" }}</mj-text>
      {% if event.properties.total > 100 %}<mj-text>Free shipping for {{ workspace.name }}</mj-text>{% endif %}
    </mj-column></mj-section>
    {% for item in event.properties.products %}
    <mj-section><mj-column>
      <mj-image src="{{ item.image }}" alt="{{ item.name }}" />
      <mj-text>{{ item.name }}: {{ item.price | money }}</mj-text>
      <mj-button href="https://shop.example/p/{{ item.sku }}?from={{ item.name }}">See it</mj-button>
    </mj-column></mj-section>
    {% endfor %}
    <mj-section><mj-column><mj-text><a href="{{ links.unsubscribe }}">Unsubscribe</a></mj-text></mj-column></mj-section>
  </mj-body>
</mjml>`;
const product = (name: string, price: number) => ({ name, price, sku: 'a b/1', image: 'https://shop.example/1.png' });
const properties = {
  total: 120.5,
  products: [product('Bike <b>', 100), product('Bell & lamp', 20.5), product('Lock', 0)],
};

let cacheDir = '';
beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'templates-'));
});
afterAll(() => rm(cacheDir, { recursive: true }));

const rendererOf = async (
  ...files: TemplateFile[]
): Promise<Renderer & { readonly problems: readonly TemplateProblem[] }> => {
  const { templates, problems } = await publishTemplates({ files, workspace, cacheDir });
  // Through JSON, as they are published.
  return { problems, ...runnerOf(JSON.parse(JSON.stringify(templates)) as typeof templates, workspace) };
};
interface Given {
  channel?: Channel;
  locale?: string;
  timeZone?: string;
  traits?: JsonObject;
  properties?: JsonObject;
}
const renderWith = (renderer: Renderer, id: string, given: Given = {}): RenderOutcome =>
  renderer.render({
    templateId: id,
    channel: given.channel ?? 'email',
    locale: given.locale,
    timeZone: given.timeZone,
    nowMs: Date.UTC(2026, 10, 21, 22, 30),
    context: {
      profile: { traits: given.traits ?? {} },
      event: { properties: given.properties ?? {} },
      links: { unsubscribe: 'https://shop.example/u/1' },
    },
  });
const render = async (template: TemplateFile, given: Given = {}): Promise<RenderOutcome> =>
  renderWith(await rendererOf(template), template.id, { channel: template.channel, ...given });
const sms = (source: string, given: Given = {}) => render(file('t', 'sms', source), { channel: 'sms', ...given });
const smsText = async (source: string, given: Given = {}): Promise<string> => {
  const outcome = await sms(source, given);
  return outcome.kind === 'rendered' && outcome.content.channel === 'sms'
    ? outcome.content.text
    : JSON.stringify(outcome);
};

describe('email', () => {
  it('renders subject, preview, HTML and text of one template', async () => {
    const outcome = await render(file('basket', 'email', basket), { traits: { firstName: 'Ana' }, properties });
    if (outcome.kind !== 'rendered' || outcome.content.channel !== 'email') return expect.fail(JSON.stringify(outcome));
    const { subject, preheader, html, text } = outcome.content;
    expect(subject).toBe('Ana, your basket is waiting');
    expect(preheader).toBe('3 things for €120.50');
    expect(html).toContain('Bike &lt;b&gt;: €100.00');
    expect(html).toContain('Free shipping for Shop');
    expect(html).toContain('href="https://shop.example/p/a%20b/1?from=Bell%20%26%20lamp"');
    expect(html).toContain('<html lang="en"');
    expect(html).not.toMatch(/\{[{%]|LIQUID|<mj-|googleapis/);
    expect(text).toBe(
      [
        'Hi Ana',
        'Free shipping for Shop',
        ...['Bike <b>: €100.00', 'Bell & lamp: €20.50', 'Lock: €0.00'].map(
          (line) =>
            `${line}\n\nSee it [https://shop.example/p/a%20b/1?from=${encodeURIComponent(line.split(':')[0] ?? '')}]`,
        ),
        'Unsubscribe [https://shop.example/u/1]',
      ].join('\n\n'),
    );
  });

  it('repeats table rows', async () => {
    const rows =
      '<mj-table>{% for item in event.properties.products %}<tr><td>{{ item.name }}</td><td>{{ item.price }}</td></tr>{% endfor %}</mj-table>';
    const outcome = await render(file('t', 'email', mjml(rows)), { properties });
    expect(outcome).toMatchObject({ kind: 'rendered', content: { text: 'Bike <b> 100\nBell & lamp 20.5\nLock 0' } });
  });

  it('leaves comparisons and quotes in Liquid alone, in text and attributes', async () => {
    const inner = `<mj-text>{% if event.properties.total < 200 and profile.traits.vip != true %}less{% endif %}</mj-text><mj-button href="{{ profile.traits.site | default: "https://shop.example/?a=1&b=2" }}">Go</mj-button>`;
    const outcome = await render(file('t', 'email', mjml(inner)), { properties });
    expect(outcome).toMatchObject({ kind: 'rendered' });
    expect(JSON.stringify(outcome)).toContain('https://shop.example/?a=1&amp;b=2');
    expect(JSON.stringify(outcome)).toContain('less');
  });

  it('keeps a subject on one line', async () => {
    const template = file('t', 'email', mjml('<mj-text>x</mj-text>', '{{ profile.traits.name }} hello'));
    const outcome = await render(template, { traits: { name: 'Ana\r\nBcc: eve@example.com\u2028' } });
    expect(outcome).toMatchObject({ content: { subject: 'Ana Bcc: eve@example.com  hello' } });
  });

  it('escapes values in HTML and not in text, and once', async () => {
    const source = text(
      '{{ profile.traits.name }}|{{ profile.traits.name | escape }}|{{ profile.traits.bio | newline_to_br }}',
    );
    const outcome = await render(file('t', 'email', source), { traits: { name: '<i>"A"</i>', bio: 'a<\nb' } });
    if (outcome.kind !== 'rendered' || outcome.content.channel !== 'email') return expect.fail(JSON.stringify(outcome));
    const escaped = '&lt;i&gt;&quot;A&quot;&lt;/i&gt;';
    expect(outcome.content.html).toContain(`${escaped}|${escaped}|a&lt;<br />\nb`);
    expect(outcome.content.text).toContain('<i>"A"</i>|');
  });

  it.each([
    'javascript:alert(1)',
    'java\tscript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
  ])('refuses a link to %s', async (link) => {
    const template = file('t', 'email', text('<a href="{{ profile.traits.link }}">x</a>'));
    expect(await render(template, { traits: { link } })).toMatchObject({ kind: 'render-failed' });
  });

  it('does not let a value leave its attribute', async () => {
    const template = file(
      't',
      'email',
      text(`<a href='{{ profile.traits.link }}' title="{{ profile.traits.link }}">x</a>`),
    );
    const outcome = await render(template, { traits: { link: `https://a.example/' onclick='x" onload="y` } });
    if (outcome.kind !== 'rendered' || outcome.content.channel !== 'email') return expect.fail(JSON.stringify(outcome));
    expect(outcome.content.html).toContain("href='https://a.example/&#39;%20onclick=&#39;x%22%20onload=%22y'");
    expect(outcome.content.html).toContain('title="https://a.example/&#39; onclick=&#39;x&quot; onload=&quot;y"');
  });

  it('is compiled once and found in the cache after that', async () => {
    const template = file('cached', 'email', text('once'));
    await rendererOf(template);
    const before = (await readdir(cacheDir)).length;
    await rendererOf(template);
    expect((await readdir(cacheDir)).length).toBe(before);
    await rendererOf(file('cached', 'email', text('twice')));
    expect((await readdir(cacheDir)).length).toBe(before + 1);
  });

  it('is compiled again by another MJML', () => {
    const installed = createRequire(import.meta.url)('mjml/package.json') as { version: string };
    expect(compilerVersion).toMatch(new RegExp(`^mjml-${installed.version}/`));
  });

  it('compiles again where the cache is damaged', async () => {
    const template = file('damaged', 'email', text('whole'));
    await rendererOf(template);
    for (const name of await readdir(cacheDir)) await writeFile(join(cacheDir, name), '{"compiled":');
    expect(await render(template)).toMatchObject({ kind: 'rendered', content: { text: 'whole' } });
  });
});

describe('a missing value', () => {
  it.each([
    ['{{ profile.traits.firstName }}', 'profile.traits.firstName'],
    ['{{ profile.traits.address.city }}', 'profile.traits.address.city'],
    ['{{ profile.traits.firstName | upcase }}', 'profile.traits.firstName'],
    ['{{ "Hi " | append: profile.traits.firstName }}', 'profile.traits.firstName'],
    ['{{ profile.traits.nothing }}', 'profile.traits.nothing'],
    ['{{ profile.traits.empty }}', 'profile.traits.empty'],
    ['{{ profile.traits.nothing.deeper }}', 'profile.traits.nothing.deeper'],
    ['{{ profile.traits.nothing | money }}', 'profile.traits.nothing'],
    ['{{ event.properties.products[0].title }}', 'event.properties.products.0.title'],
    ['{% for item in event.properties.products %}{{ item.title }}{% endfor %}', 'item.title'],
    ['{% for item in event.properties.lines %}{{ item }}{% endfor %}', 'event.properties.lines'],
    ['{% assign name = profile.traits.firstName %}{{ name }}', 'name'],
    ['{{ coupon.code }}', 'coupon.code'],
    ['{{ nonsense }}', 'nonsense'],
    ['{{ profile.traits.firstName | default: profile.traits.lastName }}', 'profile.traits.lastName'],
    ['{{ profile.traits.firstName | default: profile.traits.nothing }}', 'profile.traits.nothing'],
    ['{{ profile.traits.firstName | default: profile.traits.empty }}', 'profile.traits.empty'],
    ['{{ profile.traits.a | default: profile.traits.b | default: profile.traits.c }}', 'profile.traits.c'],
    ['{{ profile.traits.a | upcase | default: profile.traits.b }}', 'profile.traits.b'],
    ['{% assign name = profile.traits.a | default: profile.traits.b %}{{ name }}', 'profile.traits.b'],
    ['{% if 1 %}{% for i in (1..2) %}{{ profile.traits.a | default: nonsense }}{% endfor %}{% endif %}', 'nonsense'],
    ['{% capture x %}{{ profile.traits.a | default: event.b }}{% endcapture %}{{ x }}', 'event.b'],
  ])('stops %s and is named', async (source, variable) => {
    const traits = { nothing: null, empty: '' };
    expect(await sms(source, { traits, properties })).toEqual({ kind: 'missing-value', variable });
  });

  it.each([
    ['Hi {{ profile.traits.firstName | default: "there" }}', 'Hi there'],
    ['Hi {{ profile.traits.firstName | capitalize | default: "there" }}', 'Hi there'],
    ['Hi {{ profile.traits.nothing | default: "there" }}', 'Hi there'],
    ['Hi {{ profile.traits.empty | default: "there" }}', 'Hi there'],
    ['Hi{{ profile.traits.firstName | default: "" }}', 'Hi'],
    ['{% if profile.traits.city == "Riga" %}A{% else %}B{% endif %}', 'B'],
    ['{% assign end = "" %}Hi{{ end }}', 'Hi'],
    ['{{ profile.traits.own | default: profile.traits.lastName }}', 'Ann'],
    ['{{ profile.traits.firstName | default: profile.traits.own }}', 'Ann'],
    ['{{ profile.traits.a | default: profile.traits.b | default: "there" }}', 'there'],
    ['{{ profile.traits.a | default: profile.traits.b | upcase | default: "there" }}', 'there'],
    ['{{ profile.traits.a | default: profile.traits.own | upcase }}', 'ANN'],
    ['{% assign name = profile.traits.own | default: profile.traits.b %}{{ name }}', 'Ann'],
    ['{% assign end = "" %}Hi{{ profile.traits.a | default: end }}', 'Hi'],
    ['{{ event.properties.no | default: profile.traits.b, allow_false: true }}', 'false'],
    ['{{ event.properties.zero }}{{ event.properties.no }}', '0false'],
  ])('is no matter in %s', async (source, expected) => {
    const traits = { nothing: null, empty: '', own: 'Ann' };
    expect(await smsText(source, { traits, properties: { zero: 0, no: false } })).toBe(expected);
  });
});

describe('a hostile template', () => {
  it.each([
    '{{ profile.constructor }}',
    '{{ profile.__proto__ }}',
    '{{ profile.traits.constructor.constructor }}',
    '{{ profile["__proto__"]["polluted"] }}',
    '{{ constructor }}',
    '{{ toString }}',
  ])('does not reach prototypes by %s', async (source) => {
    expect(await sms(source)).toMatchObject({ kind: 'missing-value' });
  });

  it.each([
    '{% include "/etc/passwd" %}',
    '{% render "sms" %}',
    '{% layout "x" %}',
    '{% block a %}{% endblock %}',
    '{% liquid echo 1 %}',
  ])('cannot use %s', async (source) => {
    const renderer = await rendererOf(file('t', 'sms', `Hi\n${source}`));
    expect(renderer.problems).toMatchObject([{ severity: 'error', file: 'templates/t/sms.txt', line: 2 }]);
    expect(renderWith(renderer, 't', { channel: 'sms' })).toMatchObject({ kind: 'render-failed' });
  });

  it('does not take files in through MJML', async () => {
    const outcome = await render(
      file('t', 'email', mjml('<mj-include path="/etc/passwd" type="html" /><mj-text>x</mj-text>')),
    );
    expect(JSON.stringify(outcome)).not.toContain('root:');
  });

  it.each([
    '{% for i in (1..100000000) %}x{% endfor %}',
    '{% for i in (1..10000) %}{% for j in (1..10000) %}{{ i }}{% endfor %}{% endfor %}',
    '{% assign a = "xxxxxxxxxx" %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}',
    '{% assign a = "xxxxxxxxxx" %}{% for i in (1..60) %}{% assign a = a | prepend: a %}{% endfor %}done',
    '{% assign a = "xxxxxxxxxx" %}{% for i in (1..60) %}{% assign a = a | replace: "x", a %}{% endfor %}done',
    '{% assign a = "x" %}{% for i in (1..60) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}done',
  ])('is stopped before it takes all: %s', async (source) => {
    const reason = 'templates/t/sms.txt: It puts together more than 20 million characters, all its steps counted.';
    expect(await sms(source)).toEqual({ kind: 'render-failed', reason });
  });

  it('makes no text that nothing could carry', async () => {
    const source = '{% for i in (1..100100) %}0123456789{% endfor %}';
    const reason = 'templates/t/sms.txt: The text would be longer than 1000000 characters.';
    expect(await sms(source)).toEqual({ kind: 'render-failed', reason });
  });

  it('sends no NUL and no half character', async () => {
    for (const name of ['a\u0000b', 'a\ud800b']) {
      expect(await sms('{{ profile.traits.name }}', { traits: { name } })).toMatchObject({ kind: 'render-failed' });
    }
  });

  it('prints no object', async () => {
    expect(await sms('{{ event.properties }}', { properties })).toMatchObject({ kind: 'render-failed' });
  });
});

describe('problems', () => {
  it.each([
    [file('t', 'email', '<mjml></mjml>'), /begins with its subject/],
    [file('t', 'email', '---\npreheader: x\n---\n<mjml><mj-body></mj-body></mjml>'), /"subject" is missing/],
    [file('t', 'email', '---\nsubject: x\nreply: y\n---\n<mjml><mj-body></mj-body></mjml>'), /"reply" is not known/],
    [file('t', 'email', text('{{ a | nonsense }}')), /undefined filter: nonsense/],
    [file('t', 'email', text('{% if a %}')), /not closed/],
    [file('t', 'push', '{"title":"x"}'), /"body" is missing/],
    [file('t', 'push', '{"title":"x","body":"y","sound":"z"}'), /"sound" is not known/],
    [file('t', 'push', '{"title":1,"body":"y"}'), /"title" must be a text/],
    [file('t', 'push', '{'), /not JSON/],
    [file('t', 'webhook', '{"url":"https://a.example","headers":{"Host":"b"}}'), /"Host" cannot be set/],
    [file('t', 'webhook', '{"url":"https://a.example","method":"STEAL"}'), /"method" must be one of/],
  ] as const)('are sentences (%#)', async (template, sentence) => {
    const renderer = await rendererOf(template);
    expect(renderer.problems[0]?.message).toMatch(sentence);
    expect(renderWith(renderer, 't', { channel: template.channel })).toMatchObject({ kind: 'render-failed' });
  });

  it('warn of an output where MJML shows none', async () => {
    const renderer = await rendererOf(file('t', 'email', mjml('{{ profile.traits.name }}<mj-text>x</mj-text>')));
    expect(renderer.problems).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('{{ profile.traits.name }}') },
    ]);
  });
});

describe('locale', () => {
  const files = [undefined, 'ru', 'pt-BR', 'lv'].map((locale) =>
    file('t', 'sms', `${locale ?? 'none'} {{ 1234.5 | money }}`, locale),
  );

  it.each([
    ['pt-BR', /^pt-BR €\s?1\.234,50/],
    ['ru-RU', /^ru 1.234,50.€/],
    ['RU', /^ru/],
    ['de', /^none €1,234\.50/],
    ['pt', /^none/],
    ['en-IN', /^none €1,234\.50/],
    ['not a locale', /^none €1,234\.50/],
    [undefined, /^none €1,234\.50/],
  ])('%s gets its file', async (locale, expected) => {
    const outcome = renderWith(await rendererOf(...files), 't', { channel: 'sms', ...(locale && { locale }) });
    expect(outcome).toMatchObject({ kind: 'rendered', content: { text: expect.stringMatching(expected) } });
  });

  it('says so where no file suits', async () => {
    const outcome = await render(file('t', 'sms', 'x', 'ru'), { locale: 'de' });
    expect(outcome).toEqual({ kind: 'render-failed', reason: 'There is no sms template "t" for the locale de.' });
  });
});

describe('dates', () => {
  it.each([
    ['{{ "now" | date: "%-d %B %Y, %H:%M" }}', '22 November 2026, 00:30'],
    ['{{ event.properties.at | date: "%A %-d.%m. %I:%M %p %z" }}', 'Wednesday 9.12. 07:00 PM +0200'],
    ['{{ event.properties.on | date: "%F %R" }}', '2026-03-29 00:00'],
    ['{{ event.properties.at | date }}', '2026-12-09'],
    ['{{ event.properties.at | date: "%H:%M", "America/New_York" }}', '12:00'],
    ['{{ profile.traits.none | date: "%F" | default: "soon" }}', 'soon'],
  ])('%s', async (source, expected) => {
    expect(await smsText(source, { properties: { at: '2026-12-09T18:00:00+01:00', on: '2026-03-29' } })).toBe(expected);
  });

  it('are the person’s own', async () => {
    const outcome = await sms('{{ "now" | date: "%-d %B %H:%M" }}', { timeZone: 'Asia/Tokyo', locale: 'en-GB' });
    expect(outcome).toMatchObject({ content: { text: '22 November 07:30' } });
  });

  it('stop the message where they are none', async () => {
    expect(await sms('{{ event.properties.at | date: "%F" }}', { properties: { at: 'soon' } })).toMatchObject({
      kind: 'render-failed',
    });
  });
});

describe('push, in-app and webhook', () => {
  it('renders a push', async () => {
    const source =
      '{"title":"Hi {{ profile.traits.name }}","body":"Now","url":"{{ event.properties.url }}?n={{ profile.traits.name }}"}';
    const outcome = await render(file('t', 'push', source), {
      traits: { name: 'A&B' },
      properties: { url: 'https://a.example/x' },
    });
    expect(outcome).toMatchObject({
      content: { channel: 'push', title: 'Hi A&B', body: 'Now', url: 'https://a.example/x?n=A%26B' },
    });
  });

  it('keeps the type of a value that stands alone in a webhook', async () => {
    const source = JSON.stringify({
      url: 'https://crm.example/{{ profile.traits.id }}',
      method: 'put',
      headers: { 'X-Person': '{{ profile.traits.id }}' },
      body: {
        total: '{{ event.properties.total }}',
        items: '{{ event.properties.products }}',
        note: 'n {{ event.properties.total }}',
        null: '{{ event.properties.none }}',
        plain: 1,
      },
    });
    const outcome = await render(file('t', 'webhook', source), {
      traits: { id: 'a/../b\r\nX: y' },
      properties: { ...properties, none: null },
    });
    expect(outcome).toMatchObject({
      content: {
        channel: 'webhook',
        url: 'https://crm.example/a/../b%0D%0AX:%20y',
        method: 'PUT',
        headers: { 'X-Person': 'a/../b X: y' },
        body: { total: 120.5, items: properties.products, note: 'n 120.5', null: null, plain: 1 },
      },
    });
  });

  it('stops a webhook that needs a missing value', async () => {
    const source = '{"url":"https://crm.example","body":{"a":"{{ event.properties.none }}"}}';
    expect(await render(file('t', 'webhook', source))).toEqual({
      kind: 'missing-value',
      variable: 'event.properties.none',
    });
  });

  it('refuses a webhook to anything but the web', async () => {
    for (const url of ['{{ event.properties.url }}', 'ftp://a.example']) {
      const template = file('t', 'webhook', JSON.stringify({ url }));
      expect(await render(template, { properties: { url: '/local' } })).toMatchObject({ kind: 'render-failed' });
    }
  });
});

describe('rendering directly', () => {
  const sources = [
    'Hi {{ profile.traits.name }}{% if profile.traits.vip %} VIP{% endif %}!',
    '{% for item in list %}{{ forloop.index }}/{{ forloop.length }} {{ item.name | upcase | truncate: 5 }}{% unless forloop.last %}, {% endunless %}{% endfor %}',
    '{% for item in list %}{% if item.price > 5 %}{% break %}{% endif %}{{ item.name }}{% endfor %}',
    '{% for item in list reversed %}{% if item.price > 5 %}{% continue %}{% endif %}{{ item.name }}{% else %}none{% endfor %}',
    '{% assign names = list | map: "name" | join: ", " %}{{ names }} {{ names | size }}',
    '{% capture line %}<b>{{ list[0].name }}</b>{% endcapture %}{{ line }}{{ line | raw }}',
    '{{ list.size }} {{ list.first.name }} {{ list[1]["name"] }} {{ list | map: "price" }} {{ 5 | times: 3 }}',
    '{% case profile.traits.name %}{% when "A&B" %}yes{% else %}no{% endcase %}{% cycle "a", "b" %}{% raw %}{{ x }}{% endraw %}',
    '{{ profile.traits.none | default: profile.traits.name }}{{ zero }}{{ no }}{{- " trimmed " -}} x',
    '{{ list[0].price | money }} {{ list | where: "price", 1 | size }} {{ profile.traits[key] }}',
  ];
  const scope = {
    profile: { traits: { name: 'A&B', vip: true } },
    list: [
      { name: 'one <1>', price: 1 },
      { name: 'seven', price: 7.5 },
    ],
    zero: 0,
    no: false,
    key: 'name',
  };
  const settings = { nowMs: 0, timeZone: 'UTC', locale: 'en' };

  it.each(sources)('gives what Liquid itself gives: %s', (source) => {
    for (const kind of ['html', 'plain'] as const) {
      const direct = createCompiler(workspace)(source, kind);
      const usual = createCompiler(workspace, () => undefined)(source, kind);
      expect(direct(scope, settings)).toBe(usual(scope, settings));
    }
  });

  it('is quick enough for a mail of three products', async () => {
    const renderer = await rendererOf(file('basket', 'email', basket));
    const given = { traits: { firstName: 'Ana' }, properties };
    for (let count = 0; count < 3_000; count += 1) renderWith(renderer, 'basket', given);
    const before = process.cpuUsage();
    for (let count = 0; count < 5_000; count += 1) renderWith(renderer, 'basket', given);
    const { user, system } = process.cpuUsage(before);
    console.log(`email with 3 products: ${Math.round(5_000 / ((user + system) / 1e6))} renders a second of CPU`);
  });
});
