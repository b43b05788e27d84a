import { escapeHtml } from './escape-html.ts';
import type {
  EmailMessage,
  Message,
  PushMessage,
  InAppMessage,
  SmsMessage,
  WebhookMessage,
} from '../../core/message/message.ts';
import { outboxStyle } from './outbox-style.ts';

/** What the outbox shows of one delivery. */
export interface OutboxDelivery {
  readonly deliveryId: string;
  readonly profileId: string;
  readonly journeyId?: string;
  readonly stepId?: string;
  readonly channel: string;
  readonly template?: string;
  readonly status: string;
  readonly reason?: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly to?: string;
}
/** Where the pages live. */
export interface OutboxLinks {
  readonly list: string;
  readonly delivery: (deliveryId: string) => string;
}

/**
 * The Content-Security-Policy that the pages need. A mail in its frame inherits it: inline styles and pictures are let
 * in, scripts and forms are not. Pictures come by https alone, so that looking at a mail never reports it as opened to
 * this machine.
 */
export const outboxCsp =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

const channelNames: { readonly [channel: string]: string } = {
  email: 'Email',
  sms: 'SMS',
  push: 'Push',
  'in-app': 'In-app',
  webhook: 'Webhook',
};
const tones: { readonly [status: string]: string } = {
  sent: 'good',
  delivered: 'good',
  opened: 'good',
  clicked: 'good',
  pending: 'wait',
  deferred: 'wait',
  unknown: 'wait',
  skipped: 'wait',
  failed: 'bad',
  bounced: 'bad',
  complained: 'bad',
};

/** The page that lists deliveries, in the order given. */
export function deliveriesPage(deliveries: readonly OutboxDelivery[], links: OutboxLinks): string {
  const heads = ['When', 'Channel', 'To', 'Template', 'Status'].map((head) => `<th scope="col">${head}</th>`).join('');
  const rows = deliveries.map((delivery) => deliveryRow(delivery, links)).join('\n');
  const table =
    deliveries.length === 0
      ? '<p class="empty soft">No message yet. Send an event that begins a journey, and what it sends appears here.</p>'
      : `<div class="scroll" tabindex="0" role="region" aria-label="Deliveries"><table><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
  return page('Outbox', `<h1>Outbox</h1><div class="card">${table}</div>`);
}

function deliveryRow(delivery: OutboxDelivery, links: OutboxLinks): string {
  const { deliveryId, channel, to, profileId, template } = delivery;
  return `<tr><td><a href="${escapeHtml(links.delivery(deliveryId))}">${time(delivery.at)}</a></td>
<td>${channelName(channel)}</td><td>${escapeHtml(to ?? profileId)}</td><td>${escapeHtml(template ?? '')}</td><td>${status(delivery)}</td></tr>`;
}

/** The page of one delivery: the message as its reader would see it; without a message, why there is none. */
export function deliveryPage(delivery: OutboxDelivery, message: Message | undefined, links: OutboxLinks): string {
  const title =
    message?.channel === 'email'
      ? message.subject
      : `${channelNames[delivery.channel] ?? delivery.channel} to ${delivery.to ?? delivery.profileId}`;
  const facts = definitions([
    ['Status', status(delivery)],
    ['When', time(delivery.at)],
    ['Person', escapeHtml(delivery.profileId)],
    [
      'Journey',
      delivery.journeyId && escapeHtml(`${delivery.journeyId}${delivery.stepId ? ` / ${delivery.stepId}` : ''}`),
    ],
    ['Template', delivery.template && escapeHtml(delivery.template)],
    ['Delivery', escapeHtml(delivery.deliveryId)],
  ]);
  const shown = message
    ? show(message)
    : '<div class="card"><p class="empty soft">There is no message: nothing was rendered for this delivery.</p></div>';
  return page(
    title,
    `<p><a href="${escapeHtml(links.list)}">All messages</a></p><h1>${escapeHtml(title)}</h1>${shown}<div class="card">${facts}</div>`,
  );
}

function show(message: Message): string {
  switch (message.channel) {
    case 'email':
      return showEmail(message);
    case 'sms':
      return showSms(message);
    case 'push':
    case 'in-app':
      return showNotice(message);
    case 'webhook':
      return showWebhook(message);
  }
}

function showEmail(email: EmailMessage): string {
  const head = definitions([
    ['From', escapeHtml(email.from)],
    ['To', escapeHtml(email.to)],
    ['Reply to', email.replyTo && escapeHtml(email.replyTo)],
    ['Subject', `<strong>${escapeHtml(email.subject)}</strong>`],
    ['Preview', email.preheader && escapeHtml(email.preheader)],
  ]);
  const headers = Object.entries(email.headers).map(([name, value]) => `${name}: ${value}`);
  const panels: [label: string, content: string][] = [
    [
      'As received',
      `<iframe title="The email as received" sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" srcdoc="${escapeHtml(framed(email.html))}"></iframe>`,
    ],
    ['Plain text', `<pre>${escapeHtml(email.text)}</pre>`],
    ['Headers', `<pre>${escapeHtml(headers.join('\n') || 'No further headers.')}</pre>`],
  ];
  return `<div class="card">${head}${tabs(panels)}</div>`;
}

/** Links open beside the page, for nothing can open inside the sandbox. */
const framed = (html: string): string => html.replace(/<head>/i, (tag) => `${tag}<base target="_blank">`);

/** Tabs without a script: the checked radio button shows its panel. */
function tabs(panels: readonly [label: string, content: string][]): string {
  const labels = panels.map(
    ([label], at) =>
      `<label><input type="radio" name="tab" id="tab-${at}"${at === 0 ? ' checked' : ''}>${label}</label>`,
  );
  const bodies = panels.map(([, content], at) => `<div class="panel panel-${at}">${content}</div>`);
  return `<div class="tabs"><fieldset><legend>Show the email</legend>${labels.join('')}${bodies.join('')}</fieldset></div>`;
}

function showSms({ to, from, text, parts }: SmsMessage): string {
  const count = `${parts.parts} ${parts.parts === 1 ? 'part' : 'parts'}`;
  const units = `${parts.units} ${parts.encoding === 'gsm-7' ? 'characters of GSM-7' : 'units of UCS-2'}`;
  return `<section class="phone" aria-label="SMS on a phone"><p>${escapeHtml(from ?? 'SMS')}</p><p class="bubble">${escapeHtml(text)}</p>
<p class="soft">To ${escapeHtml(to)} · ${count} · ${units}</p></section>`;
}

function showNotice(message: PushMessage | InAppMessage): string {
  const app = message.channel === 'push' ? (message.app ?? 'Push notification') : 'In-app message';
  const url = message.url === undefined ? '' : `<p class="app">Opens ${escapeHtml(message.url)}</p>`;
  return `<section class="notice" aria-label="${escapeHtml(app)}"><p class="app">${escapeHtml(app)}</p><p class="title">${escapeHtml(message.title)}</p>
<p class="body">${escapeHtml(message.body)}</p>${url}</section>`;
}

function showWebhook({ method, url, headers, body }: WebhookMessage): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `<div class="card"><pre><span class="method">${escapeHtml(method)}</span> ${escapeHtml(url)}
${escapeHtml(lines.join('\n'))}

${escapeHtml(JSON.stringify(body, null, 2))}</pre></div>`;
}

const channelName = (channel: string): string => escapeHtml(channelNames[channel] ?? channel);

function status({ status: word, reason }: OutboxDelivery): string {
  const why = reason === undefined ? '' : ` <span class="soft">(${escapeHtml(reason)})</span>`;
  return `<span class="status ${tones[word] ?? 'wait'}">${escapeHtml(word)}</span>${why}`;
}

const time = (at: string): string =>
  `<time datetime="${escapeHtml(at)}">${escapeHtml(at.slice(0, 19).replace('T', ' '))} UTC</time>`;

/** Pairs of a label and HTML; those without a value are left out. */
function definitions(pairs: readonly (readonly [label: string, html: string | undefined])[]): string {
  const rows = pairs.filter(([, html]) => html).map(([label, html]) => `<dt>${label}</dt><dd>${html}</dd>`);
  return `<dl>${rows.join('')}</dl>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer"><title>${escapeHtml(title)} · Sojourn</title><style>${outboxStyle}</style></head>
<body><main>${body}</main></body></html>`;
}
