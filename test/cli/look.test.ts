import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalHome, testWorkflows } from '../local/home.ts';
import { sojourn, type Ran } from './run.ts';

let local: LocalHome;
const look = (...words: readonly string[]): Promise<Ran> =>
  sojourn([...words, '--data', local.data, '--workflows', testWorkflows]).ran;
beforeAll(async () => {
  local = await LocalHome.open();
  const context = { consent: { email: { marketing: 'granted', offers: 'denied' } } };
  await local.identify('ana', { email: 'ana@look.example' }, { context });
  await local.track('ana', 'Signed Up');
  await local.settle();
});
afterAll(() => local.close());

describe('sojourn profile', () => {
  it('tells what is known of a person in words, with times to the second', async () => {
    const { stdout } = await look('profile', 'userId:ana');
    expect(stdout).toContain('\nConsent\n  email: marketing granted, offers denied\n');
    expect(stdout).toMatch(/\n {2}2026-03-02T10:00:00Z {2}greet {2}/);
    expect(stdout).not.toMatch(/\.\d\d\dZ/);
  });
  it('guesses how a person was meant that it does not find', async () => {
    const { code, stderr } = await look('profile', 'ana@look.example');
    expect([code, stderr]).toEqual([
      2,
      'sojourn: There is no person with the profile id "ana@look.example". Did you mean email:ana@look.example?\n',
    ]);
  });
});

describe('sojourn journey', () => {
  it('lists every step in the order of the document, also those that nobody has reached', async () => {
    const { stdout } = await look('journey', 'greet');
    const steps = [...stdout.slice(stdout.indexOf('Steps\n')).matchAll(/^ {2}(\S+) +(\d+) reached/gm)];
    expect(steps.map(([, step]) => step)).toEqual(['hello', 'breath', 'text', 'hour', 'nudge']);
  });
  it('guesses the journey that was meant', async () => {
    expect((await look('journey', 'gret')).stderr).toBe('sojourn: There is no journey "gret". Did you mean "greet"?\n');
  });
});

describe('sojourn explain', () => {
  it('answers first, then says what speaks for it and against it', async () => {
    const { stdout } = await look('explain', 'userId:ana', 'thanks');
    const [answer, ...findings] = stdout.slice(stdout.indexOf('Would they')).trim().split('\n');
    const against = findings.filter((line) => line.startsWith('  NO ')).length;
    expect(against).toBeGreaterThan(0);
    expect(answer).toBe(`Would they enter now?  No: ${against} of ${findings.length} speak against it.`);
  });
  it('knows no trait that nobody computes, and guesses the one that was meant', async () => {
    expect((await look('explain', 'userId:ana', 'trait:email')).stderr).toBe(
      'sojourn: The trait "email" was given and not computed. GET /api/profiles/{id} shows it.\n',
    );
  });
});
