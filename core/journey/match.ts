import { compileMatch, type CompiledMatch } from '../definitions.ts';
import type { EventMatch } from './document.ts';

const once = new WeakMap<object, CompiledMatch>();

/** The compiled form of an event match, made at its first use. */
export function compiledMatchOnce(match: EventMatch): CompiledMatch {
  const standing = once.get(match);
  if (standing) return standing;
  const compiled = compileMatch(match);
  once.set(match, compiled);
  return compiled;
}
