import type { TemplateFile, Workspace } from '../../../core/journey/document.ts';
import type { CompileAnswer } from './compile-mjml.ts';
import { readFrontMatter, type FrontMatter } from './front-matter.ts';
import { createCompiler, type CompileTemplate } from './liquid-engine.ts';
import { compileAll } from './mjml-cache.ts';
import { compileOne, type CompiledEmail, type PublishedTemplate } from './renderer.ts';
import { liquidProblem, TemplateError } from './template-failures.ts';

/** What is wrong with a template file; a file with an error never renders. */
export interface TemplateProblem {
  readonly severity: 'error' | 'warning';
  /** Relative to the workflows folder. */
  readonly file: string;
  /** 1-based, where it is known. */
  readonly line?: number;
  readonly message: string;
}
/** Templates as they are published. */
export interface PublishedTemplates {
  readonly templates: readonly PublishedTemplate[];
  readonly problems: readonly TemplateProblem[];
}
export interface PublishOptions {
  readonly files: readonly TemplateFile[];
  readonly workspace: Workspace;
  /** Keeps compiled email templates by content hash; made when absent. */
  readonly cacheDir: string;
}

/** Compiles the MJML of every email, and tries the Liquid of every file. */
export async function publishTemplates({ files, workspace, cacheDir }: PublishOptions): Promise<PublishedTemplates> {
  const compile = createCompiler(workspace);
  const problems: TemplateProblem[] = [];
  const fronts = new Map(files.filter(isEmail).map((file) => [file, readFrontMatter(file.text)]));
  const emails = await compileEmails(fronts, workspace, cacheDir);
  const templates = files.map((file) =>
    publishOne(file, { front: fronts.get(file), answer: emails.get(file), compile, problems }),
  );
  return { templates, problems };
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

function publishOne(file: TemplateFile, inputs: FileInputs): PublishedTemplate {
  const { compile, problems } = inputs;
  const report = (message: string, line?: number, severity: 'error' | 'warning' = 'error'): void =>
    void problems.push({ severity, file: file.file, message, ...(line !== undefined && { line }) });
  try {
    const email = file.channel === 'email' ? publishEmail(inputs, report) : undefined;
    if (file.channel === 'email' && !email) return { ...file, isBroken: true };
    const published = email ? { ...file, text: '', email } : file;
    compileOne(published, compile);
    return published;
  } catch (error) {
    if (error instanceof TemplateError) report(error.message);
    else report(...liquidProblem(error));
    return { ...file, isBroken: true };
  }
}

function publishEmail(
  { front, answer, compile }: FileInputs,
  report: (message: string, line?: number, severity?: 'error' | 'warning') => void,
): CompiledEmail | undefined {
  for (const { line, message } of front?.problems ?? []) report(message, line);
  if (!front?.subject || front.problems.length > 0) return undefined;
  // As written, so that a mistake has the line that the author knows.
  compile('\n'.repeat(front.skippedLines) + front.body, 'html');
  if (!answer || 'failed' in answer) return void report(`MJML: ${answer?.failed ?? 'not compiled'}`);
  for (const warning of answer.compiled.warnings) report(warning, undefined, 'warning');
  const { subject, preheader } = front;
  const { html, text } = answer.compiled;
  return { subject, ...(preheader && { preheader }), html, text };
}
