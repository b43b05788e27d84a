import type { MessageRefusal } from './refusal.ts';

/** Levels of objects and lists inside a message. */
export const mostNesting = 16;
/** Keys of all objects of a message together. */
export const mostKeys = 500;

const forbidden = new Set(['__proto__', 'constructor']);

/** The first thing in a message that must not be stored: depth, keys, text. */
export function checkValues(message: object): MessageRefusal | undefined {
  let keys = 0;
  return visit(message, '', 1);

  function visit(value: object, path: string, depth: number): MessageRefusal | undefined {
    if (depth > mostNesting)
      return {
        code: 'key_forbidden',
        message: `Nested more than ${mostNesting} levels deep.`,
        path,
        suggestion: 'Send a flatter message.',
      };
    const isList = Array.isArray(value);
    for (const key of Object.keys(value)) {
      const inner: unknown = (value as { readonly [key: string]: unknown })[key];
      const at = path === '' ? key : `${path}.${key}`;
      if (!isList) {
        const refusal = checkKey(key, at);
        if (refusal) return refusal;
      }
      const refusal =
        typeof inner === 'string'
          ? checkText(inner, at)
          : typeof inner === 'object' && inner !== null
            ? visit(inner, at, depth + 1)
            : undefined;
      if (refusal) return refusal;
    }
    return undefined;
  }

  function checkKey(key: string, path: string): MessageRefusal | undefined {
    if (++keys > mostKeys)
      return {
        code: 'key_forbidden',
        message: `More than ${mostKeys} keys in one message.`,
        path,
        suggestion: 'Split the message, or send a list.',
      };
    if (forbidden.has(key))
      return {
        code: 'key_forbidden',
        message: `The key "${key}" is not allowed.`,
        path,
        suggestion: 'Rename the key.',
      };
    return checkText(key, path);
  }
}

function checkText(text: string, path: string): MessageRefusal | undefined {
  if (text.includes('\u0000')) return { code: 'text_invalid', message: 'The text holds a NUL character.', path };
  if (!text.isWellFormed()) return { code: 'text_invalid', message: 'The text holds half of a surrogate pair.', path };
  return undefined;
}
