import { describe, expect, it } from 'vitest';
import { decideDeployment } from '../../../../core/journey/versions/deployment.ts';

const deployed = { said: 'a', deployed: 'a' };
/** Somebody has published since. */
const published = { said: 'b', deployed: 'a' };

describe('a deployment’s documents', () => {
  it.each([
    ['become current where nothing was published yet', undefined, { brings: 'a' }],
    ['become current where nobody published since the last one', deployed, { brings: 'c' }],
    ['become current where they are what was published since', published, { brings: 'b' }],
    ['become current where whoever deploys has seen what was', published, { brings: 'c', replaces: 'b' }],
    ['become current again where that is what it means to take back', published, { brings: 'a', replaces: 'b' }],
  ])('%s', (_, standing, wish) => {
    expect(decideDeployment(standing, wish)).toEqual({ kind: 'publish' });
  });

  it('leave what was published since where they are those of the last one', () => {
    expect(decideDeployment(published, { brings: 'a' })).toEqual({ kind: 'keep' });
    expect(decideDeployment(published, { brings: 'a', replaces: 'x' })).toEqual({ kind: 'keep' });
  });

  it.each([undefined, 'x', 'a'])('are refused where they are others, and what was seen is %s', (replaces) => {
    const decision = decideDeployment(published, { brings: 'c', ...(replaces !== undefined && { replaces }) });
    expect(decision).toEqual({ kind: 'refuse', sentence: expect.stringMatching(/-c replaces=b$/) as string });
  });
});
