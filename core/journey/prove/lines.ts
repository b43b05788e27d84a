import { toLocal } from '../../time/zone.ts';
import type { Scene } from './story.ts';

const two = (value: number): string => String(value).padStart(2, '0');
const days = { MO: 'Mon', TU: 'Tue', WE: 'Wed', TH: 'Thu', FR: 'Fri', SA: 'Sat', SU: 'Sun' } as const;

/** `Mon 2026-01-05 12:01`, by the clock of a zone. */
function moment(ms: number, zone: string): string {
  const { year, month, day, msOfDay, weekDay } = toLocal(zone, ms);
  const minutes = Math.floor(msOfDay / 60_000);
  return `${days[weekDay]} ${year}-${two(month)}-${two(day)} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Whose passage a scene belongs to; one of several of the same journey is told by its key. */
const passageOf = ({ journeyId, key }: Scene): string => (key === undefined ? journeyId : `${journeyId} ${key}`);

/**
 * A path as it is read, one thing a line: when, by the clock of a zone, and what. Where several passages meet, each line says
 * of which it is.
 */
export function linesOf(story: readonly Scene[], zone: string): readonly string[] {
  const passages = [...new Set(story.map(passageOf))];
  const width = Math.max(0, ...passages.map(({ length }) => length));
  return story.map((scene) => {
    const whose = passages.length > 1 ? `${passageOf(scene).padEnd(width)}  ` : '';
    return `${moment(scene.atMs, zone)}  ${whose}${scene.says}`;
  });
}
