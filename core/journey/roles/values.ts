import { valuesAt } from '../../event/event.ts';
import type { Json } from '../../json.ts';
import { traitValue } from '../../trait/computed-trait.ts';
import type { StepView } from './role.ts';

/** A trait of the person, by its path. */
export function readTrait(path: string, view: StepView): Json | undefined {
  const [name = '', ...rest] = path.split('.');
  return valuesAt(traitValue(view, name), rest)[0];
}

/** A value that a document names: `event.…`, `journey.…` or `profile.traits.…`. */
export function readValue(path: string, view: StepView): Json | undefined {
  const [root, ...rest] = path.split('.');
  if (root === 'event') return valuesAt(view.enrollment.event?.properties, rest.slice(1))[0];
  if (root === 'journey') return valuesAt(view.saved, rest)[0];
  return rest[0] === 'traits' ? readTrait(rest.slice(1).join('.'), view) : undefined;
}
