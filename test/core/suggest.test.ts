import { describe, expect, it } from 'vitest';
import { closest } from '../../core/suggest.ts';

const candidates = ['wait', 'waitFor', 'send', 'branch', 'experiment', 'MO', 'cart-reminder'];

describe('a guess at a mistyped word', () => {
  it.each([
    ['wiat', 'wait'],
    ['Send', 'send'],
    ['sned', 'send'],
    ['brnach', 'branch'],
    ['waitfor', 'waitFor'],
    ['mo', 'MO'],
    ['cart-remnder', 'cart-reminder'],
    ['cart_reminders', 'cart-reminder'],
  ])('takes %s for %s', (word, meant) => {
    expect(closest(word, candidates)).toBe(meant);
  });

  it.each(['hold', 'M0', 'x', '', 'welcome', 'a'.repeat(100_000)])(
    'is not made when nothing is close: %.20s',
    (word) => {
      expect(closest(word, candidates)).toBeUndefined();
    },
  );
});
