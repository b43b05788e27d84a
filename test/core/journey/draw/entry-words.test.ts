import { expect, it } from 'vitest';
import { conditionWords } from '../../../../core/journey/condition-words.ts';
import type { EntryTrigger } from '../../../../core/journey/document.ts';
import { entryWords } from '../../../../core/journey/draw/entry-words.ts';
import { english } from '../../../../core/journey/words.ts';
import type { Condition } from '../../../../core/segment/condition.ts';

it.each<readonly [EntryTrigger, string]>([
  [{ event: 'Signed Up' }, 'on Signed Up'],
  [{ segment: 'vip', edge: 'leave' }, 'on leaving segment "vip"'],
  [{ api: true }, 'on a call of the API'],
  [
    { schedule: { every: 'P1W', on: 'MO', at: '10:00' }, segment: 'vip' },
    'with everybody in segment "vip" every 1 week on Monday at 10:00',
  ],
  [
    { date: { trait: 'birthday' }, offset: '-P7D', repeats: 'yearly' },
    '7 days before the date in "birthday", every year',
  ],
  [{ date: { trait: 'trialEndsAt' }, offset: 'P0D', at: '10:00' }, 'on the date in "trialEndsAt" at 10:00'],
  [{ date: { holiday: 'new-year' } }, 'on holiday "new-year"'],
])('an entry reads as a sentence: %j', (on, words) => {
  expect(entryWords({ on, again: 'never' }, english)).toBe(`Enters ${words}; once only.`);
});

it.each<readonly [Condition, string]>([
  [
    { dayOf: 'birthday', from: '-P7D', to: 'P1D' },
    'from 7 days before the day in "birthday" until 1 day after that day',
  ],
  [{ dayOf: 'birthday', from: 'P0D', to: 'P1D' }, 'from the day in "birthday" until 1 day after that day'],
  [{ dayOf: { holiday: 'new-year' }, from: '-P1W', to: 'P0D' }, 'from 1 week before holiday "new-year" until it'],
  [
    { sequence: [{ did: 'Viewed' }, { did: 'Added' }], within: 'PT1H', thenNot: 'Bought', for: 'PT2H' },
    'Viewed, then Added within 1 hour, then no Bought for 2 hours',
  ],
  [{ trait: 'groups.company.plan', is: 'large' }, 'plan of their company is "large"'],
])('a condition reads as one: %j', (condition, words) => {
  expect(conditionWords(condition, english)).toBe(words);
});
