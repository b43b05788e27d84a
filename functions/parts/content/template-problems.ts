import type { TemplateFile } from '../../../core/journey/document.ts';
import type { Problem } from '../../../core/problem.ts';
import type { TemplateProblem } from './publish-templates.ts';

/** What only compiling a template shows, as it is told of documents. */
export const templateProblems = (
  templates: readonly TemplateFile[],
  problems: readonly TemplateProblem[],
): readonly Problem[] =>
  problems.map(({ severity, file, line = 1, message }) => {
    const text = templates.find((one) => one.file === file)?.text.split('\n')[line - 1] ?? '';
    const column = text.length - text.trimStart().length + 1;
    return { code: 'template-invalid', severity, file, line, column, length: text.trim().length, text, message };
  });
