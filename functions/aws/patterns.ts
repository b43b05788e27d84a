import type { RE2JS as Engine } from 're2js';

let engine: typeof Engine | undefined;

/**
 * Loads the engine of patterns (RE2 syntax, linear time), 150 KB that most workspaces never need: before documents that
 * hold one are compiled.
 */
export async function loadPatterns(documents: unknown): Promise<void> {
  if (!engine && JSON.stringify(documents).includes('"matches":')) await loadEngine();
}
/** The same for documents that are not read yet. */
export async function loadEngine(): Promise<void> {
  engine ??= (await import('re2js')).RE2JS;
}

/** Stands in for the engine in a bundle. */
export const RE2JS = {
  compile: (pattern: string): ReturnType<typeof Engine.compile> => {
    if (!engine) throw new Error('A document with a pattern was compiled before the engine was loaded.');
    return engine.compile(pattern);
  },
};
