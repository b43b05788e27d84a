import type { Channel, TemplateFile, Workspace } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { MessageContent } from '../../../core/message/message.ts';
import { chooseFile, formatLocale, templateKey } from './choose-file.ts';
import { compileContent, compileEmail, compileText, type RunContent, type RunText } from './compile-content.ts';
import type { DateSettings } from './format-date.ts';
import { createCompiler, type CompileTemplate } from './liquid-engine.ts';
import { liquidProblem, MissingValueError, UnfitMessageError } from './template-failures.ts';

/** What templates may name, beside `workspace`. */
export interface RenderContext {
  readonly profile: JsonObject;
  /** The event that began the journey. */
  readonly event?: JsonObject;
  readonly journey?: JsonObject;
  readonly coupon?: JsonObject;
  readonly tables?: JsonObject;
  readonly links?: { readonly unsubscribe?: string; readonly preferences?: string };
}
export interface RenderRequest {
  readonly templateId: string;
  readonly channel: Channel;
  /** The person's locale and zone; the workspace's where they have none. */
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
  /** What `now` means in a template. */
  readonly nowMs: number;
  readonly context: RenderContext;
}

export type RenderOutcome = Rendered | MissingValue | RenderFailed;
export interface Rendered {
  readonly kind: 'rendered';
  readonly content: MessageContent;
  /** The file that was chosen, relative to the workflows folder. */
  readonly file: string;
}
/** The template needs a value that is not there, and has no `default` for it. */
export interface MissingValue {
  readonly kind: 'missing-value';
  readonly variable: string;
}
export interface RenderFailed {
  readonly kind: 'render-failed';
  /** A sentence; it holds no value of the person. */
  readonly reason: string;
}

/** An email as MJML has made it: Liquid is still to be run. */
export interface CompiledEmail {
  readonly subject: string;
  readonly preheader?: string;
  readonly html: string;
  readonly text: string;
}
/** A template file that can be rendered without MJML. */
export interface PublishedTemplate extends TemplateFile {
  /** Of an email; its `text` is not needed then. */
  readonly email?: CompiledEmail;
  /** Set where the file has an error: it never renders. */
  readonly isBroken?: boolean;
}
export interface Renderer {
  render(request: RenderRequest): RenderOutcome;
  /** Runs Liquid that stands in a step, in the workspace's language and zone. */
  text(liquid: string, request: Pick<RenderRequest, 'nowMs' | 'context'>): TextOutcome;
}
export type TextOutcome = { readonly kind: 'written'; readonly text: string } | MissingValue | RenderFailed;

interface CompiledFile {
  readonly file: string;
  readonly locale?: string;
  /** Absent where the file has an error. */
  readonly run?: RunContent;
}

/** Parses the Liquid of every template once; rendering then runs it, synchronously. */
export function rendererOf(templates: readonly PublishedTemplate[], workspace: Workspace): Renderer {
  const compile = createCompiler(workspace);
  const byTemplate = new Map<string, Map<string, CompiledFile>>();
  for (const template of templates) {
    const { id, channel, file, locale } = template;
    const run = template.isBroken ? undefined : compileOne(template, compile);
    const key = templateKey(id, channel);
    const locales = byTemplate.get(key) ?? new Map<string, CompiledFile>();
    locales.set(locale?.toLowerCase() ?? '', { file, ...(locale && { locale }), ...(run && { run }) });
    byTemplate.set(key, locales);
  }
  return {
    render: (request) => renderOne(byTemplate, workspace, request),
    text: writerOf(workspace, compile),
  };
}

/** Texts kept compiled: documents have few, but what a text holds is not this code's to trust. */
const mostTexts = 1_000;

function writerOf(workspace: Workspace, compile: CompileTemplate): Renderer['text'] {
  const texts = new Map<string, RunText>();
  const compiled = (liquid: string): RunText => {
    const run = texts.get(liquid) ?? compileText(liquid, compile);
    if (texts.size >= mostTexts) texts.clear();
    texts.set(liquid, run);
    return run;
  };
  return (liquid, { nowMs, context }) => {
    const { locale, timeZone } = workspace;
    try {
      const text = compiled(liquid)(scopeOf(context, workspace), { nowMs, timeZone, locale });
      return { kind: 'written', text };
    } catch (error) {
      return outcomeOf(error);
    }
  };
}

/** What templates may name. */
function scopeOf(context: RenderContext, { name, sender, currency, locale, timeZone }: Workspace): object {
  return { ...context, workspace: { name, sender, currency, locale, timeZone } };
}

/** @throws TemplateError, and what Liquid throws */
export function compileOne(template: PublishedTemplate, compile: CompileTemplate): RunContent | undefined {
  const { channel, text, email } = template;
  if (channel !== 'email') return compileContent(channel, text, compile);
  return email && compileEmail(email, email, compile);
}

function renderOne(
  byTemplate: ReadonlyMap<string, ReadonlyMap<string, CompiledFile>>,
  workspace: Workspace,
  { templateId, channel, locale, timeZone, nowMs, context }: RenderRequest,
): RenderOutcome {
  const files = byTemplate.get(templateKey(templateId, channel));
  const chosen = files && chooseFile(files, locale, workspace.locale);
  if (!chosen)
    return failed(`There is no ${channel} template "${templateId}" for the locale ${locale ?? workspace.locale}.`);
  if (!chosen.run) return failed(`The template ${chosen.file} has an error.`);
  const settings: DateSettings = {
    nowMs,
    timeZone: timeZone ?? workspace.timeZone,
    locale: formatLocale(chosen.locale, locale, workspace.locale),
  };
  try {
    return { kind: 'rendered', content: chosen.run(scopeOf(context, workspace), settings), file: chosen.file };
  } catch (error) {
    return outcomeOf(error, chosen.file);
  }
}

const failed = (reason: string): RenderFailed => ({ kind: 'render-failed', reason });

/** Liquid wraps what its filters throw; what lies beneath says which outcome it is. */
function outcomeOf(error: unknown, file?: string): MissingValue | RenderFailed {
  const place = file === undefined ? '' : `${file}: `;
  for (let cause = error; cause instanceof Error; cause = 'originalError' in cause ? cause.originalError : undefined) {
    if (cause instanceof MissingValueError) return { kind: 'missing-value', variable: cause.variable };
    if ('variableName' in cause) return { kind: 'missing-value', variable: String(cause.variableName) };
    if (cause instanceof UnfitMessageError) return failed(`${place}${cause.message}`);
  }
  return failed(`${place}${liquidProblem(error)[0]}`);
}
