import { publish } from '../../definitions.ts';
import type { Documents } from '../document.ts';
import { proveAfter } from './prove-after.ts';
import { proveAtMost } from './prove-at-most.ts';
import type { Rule, Selector } from './rules.ts';
import { selectedChannels } from './selects.ts';
import type { Proof } from './verdict.ts';
import { courseOf, type Course } from './world.ts';

/** Decides rules for checked documents, by exploring what their compiled journeys can do; each rule by itself. */
export function proverOf(documents: Documents): (rule: Rule) => Proof {
  const { journeys } = publish(documents, 'proof');
  const courses = [...journeys.values()].map((journey) => courseOf(journey, documents));
  return (rule) => {
    const selector = selectorOf(rule);
    const sending = courses.filter((course) => doesSend(course, selector));
    const isAboutSomething = sending.length > 0;
    if ('atMost' in rule) return { rule, verdict: proveAtMost(rule, courses, documents), isAboutSomething };
    return { rule, verdict: proveAfter(rule.after, selector, sending), isAboutSomething };
  };
}

const selectorOf = (rule: Rule): Selector => ('never' in rule ? rule.never.send : 'sends' in rule ? rule.sends : {});

/** Whether some step of a journey sends what a rule is about. */
const doesSend = ({ journey }: Course, selector: Selector): boolean =>
  [...journey.plan.nodes.values()].some((node) => selectedChannels(selector, journey.document, node).length > 0);
