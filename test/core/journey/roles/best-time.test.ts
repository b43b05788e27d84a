import { expect, it } from 'vitest';
import { untilBestTime } from '../../../../core/journey/roles/best-time.ts';
import { anEnrollment } from '../../../contracts/rows.ts';
import { times } from '../../../properties.ts';

const nowMs = Date.parse('2026-03-02T00:00:00Z');
const hourMs = 3_600_000;

it('is tried at another hour by one person in ten, who are spread over the hours that are any use', () => {
  const people = times(100_000);
  const tries = Array.from({ length: people }, (_, index) => {
    const view = { nowMs, zone: 'UTC', enrollment: anEnrollment(`e${index}`), instantsOf: () => [nowMs - 14 * hourMs] };
    return (untilBestTime({ within: 'P1D' }, view, undefined).wakeMs - nowMs) / hourMs;
  });
  // They answered at ten; before anybody answers, the hours from nine to eight in the evening are any use.
  const hours = Array.from({ length: 11 }, (_, index) => 9 + index);
  expect([...new Set(tries)].sort((a, b) => a - b)).toEqual(hours);
  const near = (count: number, share: number): void =>
    expect(Math.abs(count - people * share)).toBeLessThan(3.5 * Math.sqrt(people * share * (1 - share)));
  for (const hour of hours) {
    // Who draws lots may draw the best hour.
    const share = hour === 10 ? 0.9 + 0.1 / 11 : 0.1 / 11;
    near(tries.filter((one) => one === hour).length, share);
  }
});
