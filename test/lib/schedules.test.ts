import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { retriable } from '../../core/failures.ts';
import { roundDefinition } from '../../lib/round-definition.ts';
import { ofType, synthesize } from './synthesis.ts';

const { running } = synthesize();
const { Members, WalkByRank } = roundDefinition.States;

describe('the machine of rounds', () => {
  it('is one that the Amazon States Language allows', () => {
    expect(validate(roundDefinition).errors).toEqual([]);
  });

  it('tries a batch again after the passing errors of the store, and after a function that was stopped', () => {
    const expected = [...retriable, 'Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError'];
    for (const task of [Members.ItemProcessor.States.Walk, WalkByRank])
      expect(JSON.stringify(task)).toContain(expected[0]);
    const text = JSON.stringify([Members, WalkByRank]);
    for (const name of expected) expect(text.split(`"${name}"`)).toHaveLength(3);
  });

  it('is begun by a tick each minute, and by nothing else', () => {
    const ticks = ofType(running, 'AWS::Scheduler::Schedule').filter(([id]) => id.startsWith('Schedules'));
    expect(ticks.map(([, { Properties }]) => Properties.ScheduleExpression)).toEqual(['rate(1 minute)']);
  });
});
