import type { z } from 'zod';
import type { Finding } from '../problem.ts';
import { inspect, keys } from '../shape.ts';
import { anything, object, text, word } from '../values.ts';
import { channels, type Channel, type TemplateFile } from './document.ts';

const endings = {
  email: 'mjml',
  push: 'json',
  sms: 'txt',
  webhook: 'json',
  'in-app': 'json',
} as const satisfies Record<Channel, string>;

/** How the file of a channel is named, without a locale: `email.mjml`. */
export const templateFileName = (channel: Channel): string => `${channel}.${endings[channel]}`;

/** What a path such as `templates/welcome/email.ru.mjml` says; undefined when it names no template. */
export function parseTemplatePath(path: string): Omit<TemplateFile, 'text'> | undefined {
  const match = /^templates\/([^/]+)\/([a-z-]+)(?:\.([A-Za-z0-9-]+))?\.([a-z]+)$/.exec(path);
  if (!match) return undefined;
  const [, id = '', name, locale, ending] = match;
  const channel = channels.find((one) => one === name);
  if (channel === undefined || endings[channel] !== ending) return undefined;
  return { id, channel, ...(locale !== undefined && { locale }), file: path };
}

const push = keys('a push message', { title: text(), body: text(), url: text().optional() });
const webhook = keys('a webhook', {
  url: text('an address'),
  method: word(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  headers: object('headers with their values').optional(),
  body: anything,
});
const schemas: Partial<Record<Channel, z.ZodType>> = { push, webhook, 'in-app': object('an object') };

/** What is wrong with a template that is written as JSON. */
export function parseTemplate(channel: Channel, value: unknown): readonly Finding[] {
  const schema = schemas[channel];
  return schema ? inspect(schema, value, [], 'the template').findings : [];
}
