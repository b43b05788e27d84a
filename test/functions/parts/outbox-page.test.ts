import { describe, expect, it } from 'vitest';
import type { Message } from '../../../core/message/message.ts';
import { countSmsParts } from '../../../core/message/sms-parts.ts';
import { deliveriesPage, deliveryPage, outboxCsp, type OutboxDelivery } from '../../../functions/parts/outbox-page.ts';

const nasty = `<img src=x onerror="alert('1')">`;
const links = { list: '/outbox', delivery: (id: string) => `/outbox/${encodeURIComponent(id)}` };
const aDelivery = (given: Partial<OutboxDelivery> = {}): OutboxDelivery => ({
  deliveryId: 'd-1',
  profileId: 'p-1',
  channel: 'email',
  status: 'sent',
  at: '2026-11-21T09:30:12.345Z',
  ...given,
});
const tags = { deliveryId: 'd-1' };
const messages: Message[] = [
  {
    channel: 'email',
    to: nasty,
    from: nasty,
    subject: nasty,
    preheader: nasty,
    html: `<html><head></head><body>${nasty}</body></html>`,
    text: nasty,
    headers: { 'List-Unsubscribe': nasty },
    tags,
  },
  { channel: 'sms', purpose: 'marketing', to: nasty, from: nasty, text: nasty, parts: countSmsParts(nasty), tags },
  { channel: 'push', to: nasty, app: nasty, title: nasty, body: nasty, url: nasty, tags },
  { channel: 'in-app', to: nasty, title: nasty, body: nasty, url: nasty, tags },
  { channel: 'webhook', url: nasty, method: nasty, headers: { [nasty]: nasty }, body: { [nasty]: nasty }, tags },
];

describe('the outbox pages', () => {
  it.each(messages)('escape everything of a $channel message', (message) => {
    const page = deliveryPage(
      aDelivery({ channel: message.channel, to: nasty, reason: nasty, template: nasty }),
      message,
      links,
    );
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img');
  });

  it('escape everything of the list', () => {
    const page = deliveriesPage(
      [aDelivery({ to: nasty, channel: nasty, status: nasty, at: nasty, template: nasty, reason: nasty })],
      links,
    );
    expect(page).not.toContain('<img');
  });

  it('show a mail in a frame without scripts, as its reader would see it', () => {
    const page = deliveryPage(aDelivery(), messages[0], links);
    expect(page).toMatch(/<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    expect(page).toContain('srcdoc="&lt;html&gt;&lt;head&gt;&lt;base target=&quot;_blank&quot;&gt;');
    expect(page).not.toMatch(/<script|allow-scripts|allow-same-origin/);
    for (const label of ['From', 'To', 'Subject', 'Plain text', 'Headers']) expect(page).toContain(label);
  });

  it('count the parts of an SMS', () => {
    const text = 'ж'.repeat(71);
    const message: Message = {
      channel: 'sms',
      purpose: 'marketing',
      to: '+371',
      text,
      parts: countSmsParts(text),
      tags,
    };
    expect(deliveryPage(aDelivery({ channel: 'sms' }), message, links)).toContain('2 parts · 71 units of UCS-2');
  });

  it('say what to do when there is nothing, and why there is no message', () => {
    expect(deliveriesPage([], links)).toContain('No message yet.');
    const skipped = deliveryPage(aDelivery({ status: 'skipped', reason: 'no-consent' }), undefined, links);
    expect(skipped).toContain('no-consent');
    expect(skipped).toContain('There is no message');
  });

  it('need no script, form or frame from elsewhere', () => {
    expect(outboxCsp).toMatch(/^default-src 'none';/);
    expect(outboxCsp).not.toMatch(/script-src|unsafe-eval|\*/);
  });
});
