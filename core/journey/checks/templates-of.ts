import type { TemplateFile } from '../document.ts';
import type { Path } from '../../problem.ts';
import type { CheckInput, JourneyFile } from './check.ts';

/** A message of a journey, with the files that it may be made of. */
export interface SentTemplate {
  readonly path: Path;
  /** Where the step stands among the steps of its journey. */
  readonly index: number;
  readonly files: readonly TemplateFile[];
}

/** Every message of a journey. */
export const sentTemplates = ({ templates }: CheckInput, { steps }: JourneyFile): readonly SentTemplate[] =>
  steps.flatMap(({ kind, step, path }, index) =>
    (kind.messages?.(step) ?? []).map((message) => ({
      path: [...path, ...message.path],
      index,
      files: templates.filter(({ id, channel }) => id === message.template && channel === message.channel),
    })),
  );
