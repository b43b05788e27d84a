import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, lambdas } from '../../cli/bundle.ts';

const into = resolve('.cache/bundle.test');
beforeAll(() => mkdirSync(into, { recursive: true }));
afterAll(() => rmSync(into, { recursive: true, force: true }));

describe('bundle', { timeout: 60_000 }, () => {
  it.each(['accept-events', 'accept-emitted'])('holds %s below 400 KB at its start', async (name) => {
    const { bytes } = await bundle(
      lambdas().find((one) => one.name === name)!,
      into,
    );
    expect(bytes).toBeLessThan(400_000);
  });

  it('reads phone numbers as the sources do, from a file that the first number loads', async () => {
    const file = join(into, 'numbers.ts');
    writeFileSync(file, `export { normalizePhone } from '${resolve('core/profile/address.ts')}';`);
    const { bytes, laterBytes } = await bundle({ name: 'numbers', file }, into);
    expect(bytes).toBeLessThan(10_000);
    expect(laterBytes).toBeGreaterThan(50_000);
    const made = pathToFileURL(join(into, 'numbers/index.mjs')).href;
    const { normalizePhone } = (await import(made)) as { normalizePhone: (text: string) => string | undefined };
    // From ITU-T E.164 and national plans: a number of Latvia, one too short, one of no country.
    expect(['+371 29 123 456', '+1 23', '020 7946 0000'].map(normalizePhone)).toEqual([
      '+37129123456',
      undefined,
      undefined,
    ]);
  });
});
