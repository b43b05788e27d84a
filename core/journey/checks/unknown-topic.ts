import { closest, didYouMean } from '../../suggest.ts';
import { cascade } from '../steps/cascade.ts';
import { send } from '../steps/send.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/** Every topic that a step or a cap names stands in the workspace. */
export const unknownTopic: Check = {
  code: 'unknown-topic',
  severity: 'error',
  check: ({ workspace, journeys }) => {
    if (!workspace) return [];
    const { topics = [], frequencyCaps = [] } = workspace.draft;
    const ids = topics.map((topic) => topic?.id);
    // A list that is broken, or a topic whose id is, may hold the very one that is meant.
    const isBroken = 'topics' in workspace.draft && workspace.draft.topics === undefined;
    if (isBroken || ids.includes(undefined)) return [];
    const known = new Set(ids.filter((id) => id !== undefined));
    const inCaps = frequencyCaps.map((cap, index) => ({
      file: workspace.file,
      path: ['frequencyCaps', index, 'topic'],
      topic: cap?.topic,
      says: 'The cap counts',
    }));
    const inSends = journeys.flatMap(({ file, steps }) =>
      [...ofKind(steps, send), ...ofKind(steps, cascade)].map(({ step, path, name }) => ({
        file,
        path: [...path, 'topic'],
        topic: step.topic,
        says: `${capital(name)} is on`,
      })),
    );
    return [...inCaps, ...inSends].flatMap(({ file, path, topic, says }) => {
      if (topic === undefined || known.has(topic)) return [];
      const message = `${says} the topic "${topic}", but workspace.json has no topic with that id.`;
      return [{ file, path, message, ...didYouMean(closest(topic, known)) }];
    });
  },
};
