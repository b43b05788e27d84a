import type { JourneyVersion } from '../definitions.ts';

/** Whether enrollments of a version may watch conditions: those of its exits, or of one of its holds. */
export const mayWatch = ({ exitConditions, plan }: JourneyVersion): boolean =>
  exitConditions.length > 0 || plan.watched.length > 0;

/** Names of the events that the watched conditions of a version are made of. */
export const watchedNames = ({ exitConditions, plan }: JourneyVersion): readonly string[] =>
  [...exitConditions, ...plan.watched].flatMap((condition) => [...condition.names]);
