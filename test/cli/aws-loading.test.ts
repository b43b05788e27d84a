import { describe, expect, it } from 'vitest';
import { sojourn } from './run.ts';

/** Refuses to load anything of AWS. */
const withoutAws = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module';
   registerHooks({ resolve(name, context, next) {
     if (/^@(aws-sdk|smithy|aws-lambda)|[/]aws[/]/.test(name)) throw new Error('loads ' + name);
     return next(name, context);
   } });`,
)}`;
const NODE_OPTIONS = `--import=${withoutAws}`;

describe('the command on a laptop', () => {
  it('loads nothing of AWS', async () => {
    for (const words of [['--help'], ['check', 'workflows'], ['redrive', '--help']])
      expect(await sojourn(words, { NODE_OPTIONS }).ran).toMatchObject({ code: 0, stderr: '' });
    const { stderr } = await sojourn(['redrive', '--records'], { NODE_OPTIONS }).ran;
    expect(stderr).toContain('loads ./aws/');
  });
});
