import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import validate from 'asl-validator';
import { compileJourney } from '../../../core/definitions.ts';
import { compileStateMachine } from '../../../core/journey/compile.ts';
import { anAudience, aTrack, aWorkspace, startMs, TestHome, anIdentify } from '../../builders.ts';
import { readJourney, type Happened } from '../../direct-reader.ts';
import { aRandomJourney, endMs, randomEvents, withoutBreaker } from '../../random-journeys.ts';
import { runs } from '../../properties.ts';

/** Whether somebody's execution waits with them makes no difference to what they meet. */
const workspaces = fc
  .constantFrom(undefined, 'PT0S', 'PT2H', 'P2D')
  .map((parkAfter) => aWorkspace({ ...withoutBreaker, ...(parkAfter !== undefined && { parkAfter }) }));
/** Nobody is in it but by a step. */
const audiences = [anAudience('lookers', 'retargeting', { did: 'Never Done' })];

describe('a compiled journey', () => {
  it('takes the path and sends the messages that a direct reading of its document says', async () => {
    await fc.assert(
      fc.asyncProperty(
        aRandomJourney,
        randomEvents,
        fc.integer({ min: 0, max: 100 }),
        workspaces,
        async (journey, events, total, workspace) => {
          const home = new TestHome({ workspace, journeys: [journey], audiences, startMs: startMs - 3 * 86_400_000 });
          await home.accept(anIdentify({ email: 'ana@example.com' }));
          const trigger: Happened = { atMs: startMs, name: 'Cart Filled', properties: { total } };
          for (const event of [...events, trigger].sort((a, b) => a.atMs - b.atMs)) {
            await home.windTo(event.atMs);
            await home.accept(aTrack(event.name, event.properties, { occurredMs: event.atMs, receivedMs: event.atMs }));
          }
          await home.windTo(endMs);
          const { profileId } = await home.profile();
          const [enrollment] = home.enrollments('cart');
          const expected = readJourney(journey, profileId, trigger, events, endMs, workspace.parkAfter);
          const inOrder = home.deliveries().toSorted((a, b) => a.visit - b.visit);
          const sends = inOrder.map(({ template, topic, atMs }) => ({ template, atMs, ...(topic && { topic }) }));
          const [started, profile] = [home.facts('start'), await home.profile()];
          const emits = (await home.store.history([profileId], { names: ['Offer Made'] })).length;
          expect(home.problems).toEqual([]);
          expect({
            path: enrollment?.path,
            sends,
            emits,
            starts: started.length,
            tasks: home.log.flatMap(({ tasks }) => (tasks ?? []).map(({ row }) => row.title)),
            codes: new Set(home.asking.asked.flatMap((ask) => (ask.kind === 'coupon' ? [ask.askId] : []))).size,
            isInAudience: Object.hasOwn(profile.audiences, 'lookers'),
            status: enrollment?.status,
          }).toEqual(expected);
          home.close();
        },
      ),
      runs(2_000),
    );
  });

  it('is a state machine that the validator of the States Language accepts', () => {
    fc.assert(
      fc.property(aRandomJourney, (journey) => {
        const definition = JSON.parse(JSON.stringify(compileStateMachine(compileJourney(journey)))) as never;
        expect(validate(definition).errors).toEqual([]);
      }),
      runs(1_000),
    );
  });

  it('never waits in a Wait state, retries by exact names only, and gives each task a time-out', () => {
    fc.assert(
      fc.property(aRandomJourney, (journey) => {
        const { States } = compileStateMachine(compileJourney(journey)) as unknown as {
          States: { [name: string]: { Type: string; Retry?: { ErrorEquals: string[] }[]; TimeoutSeconds?: unknown } };
        };
        for (const state of Object.values(States)) {
          expect(state.Type).not.toBe('Wait');
          if (state.Type === 'Task') expect(state.TimeoutSeconds).toBeDefined();
          for (const { ErrorEquals } of state.Retry ?? []) {
            expect(ErrorEquals).not.toContain('States.ALL');
            expect(ErrorEquals).not.toContain('States.TaskFailed');
          }
        }
      }),
      runs(1_000),
    );
  });
});
