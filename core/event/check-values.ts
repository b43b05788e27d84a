import type { MessageRefusal } from './refusal.ts';

/** Levels of objects and lists below the message itself. */
export const mostNesting = 16;
/** Keys of one object. An order of a hundred products has many keys, but none of its objects has. */
export const mostKeys = 500;

type Fault = Pick<MessageRefusal, 'message' | 'suggestion'> & {
  readonly code: 'key_forbidden' | 'text_invalid';
  /** From the inside out; joined only where something is wrong. */
  readonly path: (string | number)[];
};
const forbidden = new Set(['__proto__', 'constructor']);
const tooDeep = { message: `Nested more than ${mostNesting} levels deep.`, suggestion: 'Send a flatter message.' };
const tooMany = {
  message: `More than ${mostKeys} keys in one object.`,
  suggestion: 'Split the message, or send a list.',
};

/** The first thing in a message that must not be stored: depth, keys, text. */
export function checkValues(message: object): MessageRefusal | undefined {
  const fault = visit(message, 0);
  return fault && { ...fault, path: fault.path.reverse().join('.') };
}

function visit(value: object, depth: number): Fault | undefined {
  if (depth > mostNesting) return { code: 'key_forbidden', ...tooDeep, path: [] };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const fault = checkValue(value[index], index, depth);
      if (fault) return fault;
    }
    return undefined;
  }
  const keys = Object.keys(value);
  if (keys.length > mostKeys) return { code: 'key_forbidden', ...tooMany, path: [] };
  for (const key of keys) {
    const fault =
      checkKey(key) ??
      checkText(key, key) ??
      checkValue((value as { readonly [key: string]: unknown })[key], key, depth);
    if (fault) return fault;
  }
  return undefined;
}

function checkValue(value: unknown, at: string | number, depth: number): Fault | undefined {
  if (typeof value === 'string') return checkText(value, at);
  if (typeof value !== 'object' || value === null) return undefined;
  const fault = visit(value, depth + 1);
  fault?.path.push(at);
  return fault;
}

function checkKey(key: string): Fault | undefined {
  if (!forbidden.has(key)) return undefined;
  const message = `The key "${key}" is not allowed.`;
  return { code: 'key_forbidden', message, suggestion: 'Rename the key.', path: [key] };
}

function checkText(text: string, at: string | number): Fault | undefined {
  if (text.includes('\u0000')) return { code: 'text_invalid', message: 'The text holds a NUL character.', path: [at] };
  if (text.isWellFormed()) return undefined;
  return { code: 'text_invalid', message: 'The text holds half of a surrogate pair.', path: [at] };
}
