import { createRequire } from 'node:module';
import type { parsePhoneNumberFromString as Parse } from 'libphonenumber-js/min';

let parse: typeof Parse | undefined;

/**
 * Stands in for the rules of all countries' numbers in a bundle: 72 KB, read from a file beside it by the first number
 * that comes. At once and not by `import`, since a decision cannot wait.
 */
export const parsePhoneNumberFromString = ((...given: Parameters<typeof Parse>) => {
  parse ??= (
    createRequire(import.meta.url)('./phone-numbers.cjs') as { readonly parsePhoneNumberFromString: typeof Parse }
  ).parsePhoneNumberFromString;
  return parse(...given);
}) as typeof Parse;
