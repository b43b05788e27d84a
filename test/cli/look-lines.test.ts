import { describe, expect, it } from 'vitest';
import { inOrder } from '../../cli/look-lines.ts';

describe('the steps of a journey', () => {
  it('stand as they are written, each with its parts behind it, and then those of earlier versions', () => {
    const counted = ['bye', 'chase.10', 'chase.2', 'chase', 'gone', 'chase.2-wait', 'nudges.round', 'hello'];
    expect(inOrder(['hello', 'chase', 'nudges', 'nudge', 'bye'], counted)).toEqual([
      ...['hello', 'chase', 'chase.2', 'chase.2-wait', 'chase.10'],
      ...['nudges', 'nudges.round', 'nudge', 'bye', 'gone'],
    ]);
  });

  it('are not taken for parts of one whose id begins alike', () => {
    expect(inOrder(['mail'], ['mailing.1', 'mail'])).toEqual(['mail', 'mailing.1']);
  });
});
