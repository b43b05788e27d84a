import type { JourneyVersion } from '../definitions.ts';
import { compiledOnce } from '../segment/compile-condition.ts';
import type { TouchDefinition } from './compile.ts';
import { channels, type Channel, type Content } from './document.ts';
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
  const asked = touch.nodes.flatMap(({ step }) => {
    const { role } = roleOf(step);
    if (role.role === 'choose') return role.asks(step);
    const watched = role.role === 'hold' ? role.watches?.(step) : undefined;
    return watched ? [watched] : [];
  });
  const found = [...new Set(asked.flatMap((condition) => [...compiledOnce(condition).names]))];
  names.set(touch, found);
  return found;
}

/** Whether a touch may draw a variant: then it must know what was decided of experiments. */
export const mayDraw = (touch: TouchDefinition): boolean =>
  touch.nodes.some(({ step }) => {
    const { role } = roleOf(step);
    return role.role === 'choose' && role.draws === true;
  });

/** Channels that a touch may send on. */
export function sendChannels(touch: TouchDefinition): readonly Channel[] {
  const found = new Set<Channel>();
  for (const { step } of touch.nodes) {
    if (!('send' in step)) continue;
    const content = step.send as Content;
    for (const channel of channels) if (content[channel] !== undefined) found.add(channel);
  }
  return [...found];
}
