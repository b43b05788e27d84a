import type { JsonObject } from '../core/json.ts';
import { batch, inParts } from './batches.ts';

const fill = {
  work: '{% $states.input.work %}',
  number: '{% $states.input.number %}',
  startedMs: '{% $states.input.startedMs %}',
};

/**
 * Fills everybody with what is published, or counts everybody for the tables of ranks: parts of the table side by side, each in
 * batches whose place is kept in it.
 */
export const fillDefinition = {
  Comment: 'Everybody is filled with what is published, or counted for ranks',
  QueryLanguage: 'JSONata',
  StartAt: 'People',
  States: {
    People: inParts({
      selected: fill,
      walk: batch('${FillProfiles}', { ...fill, part: '{% $states.input.part %}' }, 'More'),
      next: 'Over',
    }),
    Over: { Type: 'Succeed' },
  },
} as const satisfies JsonObject;
