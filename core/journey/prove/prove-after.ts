import type { Workspace } from '../document.ts';
import { sentAfter } from './after.ts';
import { namesOf, type AbstractEvent } from './facts.ts';
import { throughGate } from './gate.ts';
import type { Beginning, Selector } from './rules.ts';
import { tell, type Scene } from './story.ts';
import type { Verdict } from './verdict.ts';
import type { Course, Move } from './world.ts';

/** A Monday, ten o'clock in UTC: when the first thing on a path happens. */
const startMs = Date.UTC(2026, 0, 5, 10);
const hourMs = 3_600_000;

/** Decides whether no such message goes out once something has happened; each journey by itself. */
export function proveAfter(after: Beginning, selector: Selector, courses: readonly Course[]): Verdict {
  let undecided: Verdict | undefined;
  for (const course of courses) {
    for (const event of eventsOf(after, course.documents.workspace)) {
      const moves = sentAfter(course, event, selector);
      if (!moves) continue;
      const story = storyOf(course, moves);
      if (story) return { kind: 'broken', story };
      const why = 'The caps, the quiet hours or the breaker may keep the last message back.';
      undecided = { kind: 'undecided', why, story: tell(course, moves, { startMs }) };
    }
  }
  return undecided ?? { kind: 'holds', why: 'No way leads from the one to the other.' };
}

function eventsOf(after: Beginning, { conversion }: Workspace): readonly AbstractEvent[] {
  const matches = 'conversion' in after ? conversion : [after];
  return matches.flatMap(({ event, where }) => namesOf(event).map((name) => ({ name, ...(where && { where }) })));
}

/**
 * A way with the hour of a week at which its last message goes through. Where messages before it have taken the slots, those
 * did not go out: the person could not be reached so far.
 */
function storyOf(course: Course, moves: readonly Move[]): readonly Scene[] | undefined {
  for (let hour = 0; hour < 7 * 24; hour++) {
    const story = tell(course, moves, { startMs: startMs + hour * hourMs });
    for (const told of [story, onlyLast(story)]) {
      const last = told.at(-1);
      if (last?.send && throughGate(told, course.documents)?.has(last)) return told;
    }
  }
  return undefined;
}

const onlyLast = (story: readonly Scene[]): readonly Scene[] =>
  story.map((scene, index) => {
    if (!scene.send || scene.send.hasOtherWay || index === story.length - 1) return scene;
    const { send: _, ...rest } = scene;
    const assumes = `cannot be reached by ${scene.send.channel} yet`;
    return { ...rest, says: `${scene.says.replace(/^sends/, 'does not send')}: ${assumes}`, assumes };
  });
