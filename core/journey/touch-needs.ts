import type { JourneyVersion } from '../definitions.ts';
import { compiledOnce } from '../segment/compile-condition.ts';
import type { TouchDefinition } from './compile.ts';
import type { Channel } from './document.ts';
import { roleOf } from './roles/role-of.ts';

const names = new WeakMap<TouchDefinition, readonly string[]>();

/** Names of the events that a touch's conditions ask about or begin to watch: what history must be read. */
export function askedNames(touch: TouchDefinition, journey: JourneyVersion): readonly string[] {
  const exits = touch.nodes.some((node) => node.role === 'hold') ? journey.exitConditions : [];
  if (exits.length === 0) return ownNames(touch);
  return [...new Set([...ownNames(touch), ...exits.flatMap((condition) => [...condition.names])])];
}

/** Of the touch's own steps, which other versions of the journey may share. */
function ownNames(touch: TouchDefinition): readonly string[] {
  const standing = names.get(touch);
  if (standing) return standing;
  const found = new Set<string>();
  for (const { step } of touch.nodes) {
    const { role } = roleOf(step);
    if (role.role === 'list' || role.role === 'end') continue;
    const watched = role.role === 'choose' ? undefined : role.watches?.(step);
    const asked = [...(role.asks?.(step) ?? []), ...(watched ? [watched] : [])];
    for (const name of asked.flatMap((condition) => [...compiledOnce(condition).names])) found.add(name);
    for (const name of role.asksEvents?.(step) ?? []) found.add(name);
  }
  names.set(touch, [...found]);
  return [...found];
}

/** Whether a touch may draw a variant: then it must know what was decided of experiments. */
export const mayDraw = (touch: TouchDefinition): boolean =>
  touch.nodes.some(({ step }) => {
    const { role } = roleOf(step);
    return role.role === 'choose' && role.draws === true;
  });

/** Channels that a touch may send on. */
export function sendChannels(touch: TouchDefinition): readonly Channel[] {
  const found = touch.nodes.flatMap(({ step }) => {
    const { role } = roleOf(step);
    return role.role === 'act' ? (role.channels?.(step) ?? []) : [];
  });
  return [...new Set(found)];
}
