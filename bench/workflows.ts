import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const workspace = {
  name: 'Bench',
  timeZone: 'UTC',
  locale: 'en',
  currency: 'EUR',
  sender: { email: { from: 'Bench <bench@shop.example>', postalAddress: 'Bench, 1 Road, Riga' } },
  conversion: [{ event: 'Subscription Started' }],
  consent: 'opt-out',
  // The same few people buy for as long as it takes.
  breaker: { atMost: 1_000_000 },
};

/** A journey that answers an order with a promo mail of three items. */
const promo = {
  id: 'promo',
  name: 'Promo',
  stage: 'decision',
  kind: 'lifecycle',
  entry: { on: { event: 'Order Completed' }, again: 'always', key: 'properties.orderId' },
  steps: [{ id: 'mail', send: { email: 'promo' } }],
};
/** Three touches and two waits. */
const three = {
  id: 'three',
  name: 'Three touches',
  stage: 'decision',
  kind: 'lifecycle',
  entry: { on: { event: 'Trial Started' }, again: 'always', key: 'properties.trialId' },
  steps: [
    { id: 'one', send: { email: 'promo' } },
    { id: 'day', wait: 'P1D' },
    { id: 'two', send: { email: 'promo' } },
    { id: 'days', wait: 'P2D' },
    { id: 'last', send: { email: 'promo' } },
  ],
};

const mail = `---
subject: "{{ profile.traits.firstName }}, thank you for order {{ event.properties.orderId }}"
preheader: "What goes well with it"
---
<mjml>
  <mj-body background-color="#f4f4f4">
    <mj-section background-color="#ffffff"><mj-column>
      <mj-text font-size="20px">Dear {{ profile.traits.firstName }},</mj-text>
      <mj-text>you spent {{ event.properties.revenue | money }} with us. This is what you chose:</mj-text>
    </mj-column></mj-section>
    {% for item in event.properties.products %}
    <mj-section background-color="#ffffff">
      <mj-column width="30%"><mj-image src="{{ item.image }}" alt="{{ item.name }}" /></mj-column>
      <mj-column width="70%"><mj-text font-size="16px">{{ item.name }}</mj-text><mj-text>{{ item.price | money }}</mj-text>
      <mj-button href="https://shop.example/p/{{ item.id }}">Once more</mj-button></mj-column>
    </mj-section>
    {% endfor %}
    <mj-section><mj-column><mj-text font-size="11px">{{ workspace.sender.email.postalAddress }} · <a href="{{ links.unsubscribe }}">Unsubscribe</a></mj-text></mj-column></mj-section>
  </mj-body>
</mjml>
`;

const vips = { id: 'vips', name: 'VIPs', when: { trait: 'vip', is: true } };
/** Enters a whole segment at one time, and lets everybody wait. */
const scheduledAt = (once: string) => ({
  id: 'scheduled',
  name: 'Scheduled',
  stage: 'retention',
  kind: 'lifecycle',
  entry: { on: { schedule: { once, zone: 'UTC' }, segment: 'vips' } },
  steps: [{ id: 'days', wait: 'P10D' }],
});

/**
 * A workflows folder for the benchmarks, with so many event-count segments.
 * @param scheduled when a segment enters, as a clock in UTC shows it
 */
export function workflowsWith({
  segments,
  scheduled,
}: {
  readonly segments: number;
  readonly scheduled?: string;
}): string {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-bench-workflows-'));
  const write = (path: string, content: unknown): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  write('workspace.json', workspace);
  write('journeys/promo.journey.json', promo);
  write('journeys/three.journey.json', three);
  write('templates/promo/email.mjml', mail);
  if (scheduled !== undefined) {
    write('segments/vips.segment.json', vips);
    write('journeys/scheduled.journey.json', scheduledAt(scheduled));
  }
  for (let index = 0; index < segments; index++) {
    const when = { did: 'Article Read', atLeast: 2 + (index % 10), within: `P${1 + index}D` };
    write(`segments/readers-${index}.segment.json`, { id: `readers-${index}`, name: `Readers ${index}`, when });
  }
  return folder;
}

/** The shop's folder with so many journeys: those that it lacks are its own under other ids. */
export function shopWith(journeys: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-bench-shop-'));
  cpSync('workflows', folder, { recursive: true });
  const shipped = readdirSync(join(folder, 'journeys'));
  for (let index = shipped.length; index < journeys; index++) {
    const text = readFileSync(join(folder, 'journeys', shipped[index % shipped.length]!), 'utf8');
    const document = JSON.parse(text) as { readonly id: string };
    const id = `${document.id}-${index}`;
    writeFileSync(join(folder, 'journeys', `${id}.journey.json`), JSON.stringify({ ...document, id }));
  }
  return folder;
}
