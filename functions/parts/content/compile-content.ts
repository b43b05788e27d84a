import type { Channel } from '../../../core/journey/document.ts';
import type { Json } from '../../../core/json.ts';
import type { InAppContent, MessageContent, PushContent, WebhookContent } from '../../../core/message/message.ts';
import { countSmsParts } from '../../../core/message/sms-parts.ts';
import type { DateSettings } from './format-date.ts';
import { compileJson, readFields, type FieldShape } from './json-template.ts';
import type { CompileTemplate } from './liquid-engine.ts';
import { guardText } from './liquid-tags.ts';
import type { CompiledMjml } from './mjml-to-liquid.ts';
import { TemplateError, UnfitMessageError } from './template-failures.ts';

/** Renders one template file. */
export type RunContent = (scope: object, settings: DateSettings) => MessageContent;

/** Renders one plain text. */
export type RunText = (scope: object, settings: DateSettings) => string;

/** An email of compiled MJML and its one-line settings. */
export function compileEmail(
  front: { readonly subject: string; readonly preheader?: string },
  { html, text }: Pick<CompiledMjml, 'html' | 'text'>,
  compile: CompileTemplate,
): RunContent {
  const runSubject = compileLine(front.subject, compile);
  const runPreheader = front.preheader === undefined ? undefined : compileLine(front.preheader, compile);
  const runHtml = compile(html, 'html');
  const runPlain = compile(text, 'plain');
  return (scope, settings) => ({
    channel: 'email',
    subject: notEmpty(runSubject(scope, settings), 'subject'),
    ...(runPreheader && { preheader: runPreheader(scope, settings) }),
    html: clean(runHtml(scope, settings), 'HTML'),
    // Loops and conditions leave their own lines behind.
    text: clean(runPlain(scope, settings), 'text')
      .replace(/[^\S\n]+\n/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
  });
}

const shapes: { readonly [channel in 'push' | 'in-app' | 'webhook']: FieldShape } = {
  push: { required: ['title', 'body'], optional: ['url'], free: [] },
  'in-app': { required: ['title', 'body'], optional: ['url'], free: [] },
  webhook: { required: ['url'], optional: ['method'], free: ['headers', 'body'] },
};

/**
 * A template of any channel but email.
 * @throws TemplateError for a file that has not the shape of its channel
 */
export function compileContent(channel: Exclude<Channel, 'email'>, text: string, compile: CompileTemplate): RunContent {
  if (channel === 'sms') return compileSms(text, compile);
  const read = readFields(text, shapes[channel]);
  if ('problem' in read) throw new TemplateError(read.problem);
  return channel === 'webhook' ? compileWebhook(read.fields, compile) : compileNote(channel, read.fields, compile);
}

function compileSms(source: string, compile: CompileTemplate): RunContent {
  const run = compileText(source.trim(), compile);
  return (scope, settings) => {
    const text = notEmpty(run(scope, settings).trim(), 'text');
    return { channel: 'sms', text, parts: countSmsParts(text) };
  };
}

type Fields = { readonly [name: string]: Json };
const textOf = (fields: Fields, name: string): string => String(fields[name] ?? '');

function compileNote(channel: 'push' | 'in-app', fields: Fields, compile: CompileTemplate): RunContent {
  const title = compileText(textOf(fields, 'title'), compile);
  const body = compileText(textOf(fields, 'body'), compile);
  const url = fields['url'] === undefined ? undefined : compileUrl(textOf(fields, 'url'), compile);
  return (scope, settings): PushContent | InAppContent => ({
    channel,
    title: notEmpty(title(scope, settings), 'title'),
    body: body(scope, settings),
    ...(url && { url: url(scope, settings) }),
  });
}

const methods = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'];
// These belong to whoever makes the request.
const ownHeaders = /^(?:host|content-length|connection|transfer-encoding|upgrade|te|trailer|expect|proxy-.*)$/i;

function compileWebhook(fields: Fields, compile: CompileTemplate): RunContent {
  const method = textOf(fields, 'method').toUpperCase() || 'POST';
  if (!methods.includes(method)) throw new TemplateError(`"method" must be one of ${methods.join(', ')}.`);
  const url = compileUrl(textOf(fields, 'url'), compile);
  const headers = Object.entries(readHeaders(fields['headers'] ?? {})).map(
    ([name, value]) => [name, compileLine(value, compile)] as const,
  );
  const body = compileJson(fields['body'] ?? null, compile);
  return (scope, settings): WebhookContent => {
    const target = url(scope, settings);
    if (!/^https?:\/\/[^/?#]/.test(target))
      throw new UnfitMessageError('The url of a webhook must begin with https://.');
    return {
      channel: 'webhook',
      url: target,
      method,
      headers: Object.fromEntries(headers.map(([name, value]) => [name, value(scope, settings)])),
      body: body(scope, settings),
    };
  };
}

function readHeaders(value: Json): { readonly [name: string]: string } {
  if (typeof value !== 'object' || value === null) throw new TemplateError('"headers" must be an object of texts.');
  const entries = Object.entries(value).map(([name, text]): [string, string] => {
    if (typeof text !== 'string') throw new TemplateError(`The header "${name}" must be a text.`);
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || ownHeaders.test(name)) {
      throw new TemplateError(`"${name}" cannot be set as a header.`);
    }
    return [name, text];
  });
  return Object.fromEntries(entries);
}

/** Plain text, each output of which must have a value. */
export function compileText(source: string, compile: CompileTemplate): RunText {
  const run = compile(guardText(source, 'text'), 'plain');
  return (scope, settings) => clean(run(scope, settings), 'text');
}

function compileUrl(source: string, compile: CompileTemplate): RunText {
  const run = compile(guardText(source.trim(), 'url'), 'plain');
  return (scope, settings) => oneLine(clean(run(scope, settings), 'url')).replaceAll(' ', '');
}

/** One line: a header cannot be smuggled in through a value. */
function compileLine(source: string, compile: CompileTemplate): RunText {
  const run = compileText(source, compile);
  return (scope, settings) => oneLine(run(scope, settings));
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

function notEmpty(text: string, what: string): string {
  if (text === '') throw new UnfitMessageError(`The ${what} would be empty.`);
  return text;
}

/** Ten times what mail programs show of a message, and far below what providers take. */
const longestText = 1_000_000;

function clean(value: unknown, what: string): string {
  const text = String(value);
  if (text.length > longestText)
    throw new UnfitMessageError(`The ${what} would be longer than ${longestText} characters.`);
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new UnfitMessageError(`The ${what} would hold characters that cannot be sent.`);
  }
  return text;
}
