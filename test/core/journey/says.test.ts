import { describe, expect, it } from 'vitest';
import type { Step } from '../../../core/journey/document.ts';
import { stepKinds } from '../../../core/journey/steps/registry.ts';
import { stepKindOf } from '../../../core/journey/walk.ts';
import { english } from '../../../core/journey/words.ts';

const cases: readonly (readonly [Step, string])[] = [
  [{ wait: 'P1DT12H' }, 'Wait 1 day 12 hours.'],
  [
    { wait: { until: '10:00', on: ['MO', 'TU'], zone: 'workspace' } },
    "Wait until 10:00 on Monday or Tuesday (the workspace's time).",
  ],
  [{ wait: { between: ['09:00', '18:00'], on: 'SA' } }, 'Wait until it is between 09:00 and 18:00 on Saturday.'],
  [{ wait: { until: { trait: 'trialEndsAt', offset: '-P1D' } } }, 'Wait until 1 day before the date in "trialEndsAt".'],
  [{ wait: { until: '2026-12-09T18:00Z' } }, 'Wait until 2026-12-09T18:00Z.'],
  [{ waitFor: { event: ['A', 'B'] }, within: 'P2D' }, 'Wait for A or B, at most 2 days.'],
  [{ send: { email: 'welcome' } }, 'Send email "welcome".'],
  [
    { branch: [{ when: { segment: 'vip' }, steps: [] }], otherwise: [] },
    'One way whose condition holds, else another.',
  ],
  [{ experiment: 'x', variants: [{ id: 'a', percent: 100, steps: [] }] }, 'Experiment "x": a 100%.'],
  [{ update: { traits: { a: 1, b: 2 } } }, 'Set a, b.'],
  [{ emit: { event: 'Offer Made' } }, 'Record "Offer Made".'],
  [{ cascade: [{ push: 'a' }, { email: 'b' }], every: 'P1D' }, 'push, then email, one every 1 day, until an answer.'],
  [{ repeat: { times: 3, every: 'PT1H', steps: [] } }, 'Repeat 3 times, every 1 hour.'],
  [{ audience: { add: 'a' } }, 'Put into audience "a".'],
  [{ coupon: { pool: 'ten', as: 'code' } }, 'Take a coupon of "ten".'],
  [{ call: { webhook: 'crm' } }, 'Call "crm".'],
  [{ lookup: 'near', by: 'profile.x', save: 'y' }, 'Look up "profile.x" in "near".'],
  [{ task: { queue: 'calls', title: 'Call' } }, 'Task for "calls".'],
  [{ start: 'win-back' }, 'Start "win-back".'],
  [{ end: true }, 'End.'],
];

describe('a step', () => {
  it.each(cases)('says what it does: %j', (step, sentence) => {
    expect(stepKindOf(step)?.says(step, english)).toBe(sentence);
  });

  it('of every kind can say what it does', () => {
    const said = new Set(cases.map(([step]) => stepKindOf(step)?.key));
    expect([...stepKinds.byKey.keys()].filter((key) => !said.has(key))).toEqual([]);
  });
});
