/** A value that a template needs and the person does not have. */
export class MissingValueError extends Error {
  override readonly name = 'MissingValueError';
  readonly variable: string;
  constructor(variable: string) {
    super(`The value ${variable} is missing.`);
    this.variable = variable;
  }
}

/** Why a template file cannot be used, as a sentence. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Why a rendered message may not leave, as a sentence that holds no value of the person. */
export class UnfitMessageError extends Error {
  override readonly name = 'UnfitMessageError';
}

/** What Liquid says of a template, and where. */
/** Liquid's limits, in words. */
const limitSentences: readonly (readonly [says: string, means: string])[] = [
  ['memory alloc limit exceeded', 'It puts together more than 20 million characters, all its steps counted.'],
  ['template render limit exceeded', 'It takes longer than a second.'],
];

export function liquidProblem(error: unknown): [message: string, line?: number] {
  const text = error instanceof Error ? error.message : String(error);
  const [, sentence = text, line] = /^([^\n]*?)(?:, line:(\d+)(?:, col:\d+)?)?$/.exec(text.split('\n')[0] ?? '') ?? [];
  const limit = limitSentences.find(([says]) => sentence.includes(says))?.[1];
  if (limit !== undefined) return line === undefined ? [limit] : [limit, Number(line)];
  return line === undefined ? [`Liquid: ${sentence}.`] : [`Liquid: ${sentence}.`, Number(line)];
}
