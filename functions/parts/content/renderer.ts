import type { Channel, TemplateFile, Workspace } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { MessageContent } from '../../../core/message/message.ts';
import { chooseFile, formatLocale, templateKey } from './choose-file.ts';
import { compileContent, compileEmail, type RunContent } from './compile-content.ts';
import type { CompileAnswer } from './compile-mjml.ts';
import { readFrontMatter, type FrontMatter } from './front-matter.ts';
import { createCompiler, type CompileTemplate } from './liquid-engine.ts';
import { compileAll } from './mjml-cache.ts';
import { MissingValueError, TemplateError, UnfitMessageError } from './template-failures.ts';

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

/** What is wrong with a template file; a file with an error never renders. */
export interface TemplateProblem {
  readonly severity: 'error' | 'warning';
  /** Relative to the workflows folder. */
  readonly file: string;
  /** 1-based, where it is known. */
  readonly line?: number;
  readonly message: string;
}
export interface Renderer {
  readonly problems: readonly TemplateProblem[];
  render(request: RenderRequest): RenderOutcome;
}
export interface RendererOptions {
  readonly files: readonly TemplateFile[];
  readonly workspace: Workspace;
  /** Keeps compiled email templates by content hash; made when absent. */
  readonly cacheDir: string;
}

interface CompiledFile {
  readonly file: string;
  readonly locale?: string;
  /** Absent where the file has an error. */
  readonly run?: RunContent;
}

/** Compiles every template once; rendering then runs Liquid alone, synchronously. */
export async function createRenderer({ files, workspace, cacheDir }: RendererOptions): Promise<Renderer> {
  const compile = createCompiler(workspace);
  const problems: TemplateProblem[] = [];
  const fronts = new Map(files.filter(isEmail).map((file) => [file, readFrontMatter(file.text)]));
  const emails = await compileEmails(fronts, workspace, cacheDir);
  const byTemplate = new Map<string, Map<string, CompiledFile>>();
  for (const file of files) {
    const run = compileFile(file, { front: fronts.get(file), answer: emails.get(file), compile, problems });
    const key = templateKey(file.id, file.channel);
    const locales = byTemplate.get(key) ?? new Map<string, CompiledFile>();
    const { file: name, locale } = file;
    locales.set(locale?.toLowerCase() ?? '', { file: name, ...(locale && { locale }), ...(run && { run }) });
    byTemplate.set(key, locales);
  }
  return { problems, render: (request) => renderOne(byTemplate, workspace, request) };
}

const isEmail = (file: TemplateFile): boolean => file.channel === 'email';

async function compileEmails(
  fronts: ReadonlyMap<TemplateFile, FrontMatter>,
  workspace: Workspace,
  cacheDir: string,
): Promise<ReadonlyMap<TemplateFile, CompileAnswer>> {
  const sources = [...fronts].map(([{ locale }, { body, preheader }]) => {
    return { body, locale: locale ?? workspace.locale, ...(preheader && { preheader }) };
  });
  const answers = await compileAll(sources, cacheDir);
  return new Map(
    [...fronts.keys()].flatMap((file, index) => {
      const answer = answers[index];
      return answer ? [[file, answer] as const] : [];
    }),
  );
}

interface FileInputs {
  readonly front: FrontMatter | undefined;
  readonly answer: CompileAnswer | undefined;
  readonly compile: CompileTemplate;
  /** Takes what is wrong with the file. */
  readonly problems: TemplateProblem[];
}

function compileFile(file: TemplateFile, { front, answer, compile, problems }: FileInputs): RunContent | undefined {
  const report = (message: string, line?: number, severity: 'error' | 'warning' = 'error'): undefined =>
    void problems.push({ severity, file: file.file, message, ...(line !== undefined && { line }) });
  try {
    if (file.channel !== 'email') return compileContent(file.channel, file.text, compile);
    for (const { line, message } of front?.problems ?? []) report(message, line);
    if (!front?.subject || front.problems.length > 0) return undefined;
    // As written, so that a mistake has the line that the author knows.
    compile('\n'.repeat(front.skippedLines) + front.body, 'html');
    if (!answer || 'failed' in answer) return report(`MJML: ${answer?.failed ?? 'not compiled'}`);
    for (const warning of answer.compiled.warnings) report(warning, undefined, 'warning');
    const { subject, preheader } = front;
    return compileEmail({ subject, ...(preheader && { preheader }) }, answer.compiled, compile);
  } catch (error) {
    if (error instanceof TemplateError) return report(error.message);
    return report(...liquidProblem(error));
  }
}

function liquidProblem(error: unknown): [message: string, line?: number] {
  const text = error instanceof Error ? error.message : String(error);
  const [, sentence = text, line] = /^([^\n]*?)(?:, line:(\d+)(?:, col:\d+)?)?$/.exec(text.split('\n')[0] ?? '') ?? [];
  return line === undefined ? [`Liquid: ${sentence}.`] : [`Liquid: ${sentence}.`, Number(line)];
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
  const settings = {
    nowMs,
    timeZone: timeZone ?? workspace.timeZone,
    locale: formatLocale(chosen.locale, locale, workspace.locale),
  };
  const { name, sender, currency } = workspace;
  const scope = {
    ...context,
    workspace: { name, sender, currency, locale: workspace.locale, timeZone: workspace.timeZone },
  };
  try {
    return { kind: 'rendered', content: chosen.run(scope, settings), file: chosen.file };
  } catch (error) {
    return outcomeOf(error, chosen.file);
  }
}

const failed = (reason: string): RenderFailed => ({ kind: 'render-failed', reason });

/** Liquid wraps what its filters throw; what lies beneath says which outcome it is. */
function outcomeOf(error: unknown, file: string): MissingValue | RenderFailed {
  for (let cause = error; cause instanceof Error; cause = 'originalError' in cause ? cause.originalError : undefined) {
    if (cause instanceof MissingValueError) return { kind: 'missing-value', variable: cause.variable };
    if ('variableName' in cause) return { kind: 'missing-value', variable: String(cause.variableName) };
    if (cause instanceof UnfitMessageError) return failed(`${file}: ${cause.message}`);
  }
  return failed(`${file}: ${liquidProblem(error)[0]}`);
}
