import { keys, ruled } from '../../shape.ts';
import { text } from '../../values.ts';
import type { AudienceStep } from '../document.ts';
import { stepKeys, type StepKind } from './step-kind.ts';

const audienceId = text('the id of an audience').optional();

/** Puts the person into an audience, or takes them out. */
export const audience: StepKind<AudienceStep> = {
  kind: 'audience',
  key: 'audience',
  schema: stepKeys({
    audience: ruled(keys('{ "add": … } or { "remove": … }', { add: audienceId, remove: audienceId }), (value) =>
      Object.keys(value).length === 1
        ? undefined
        : { code: 'wrong-type', must: 'either { "add": … } or { "remove": … }' },
    ),
  }),
  bodies: () => [],
  references: ({ audience: change }) =>
    (['add', 'remove'] as const).flatMap((key) => {
      const named = change?.[key];
      return named === undefined ? [] : [{ path: ['audience', key], to: 'audience' as const, id: named }];
    }),
  says: ({ audience: change }) =>
    change.add === undefined ? `Take out of audience "${change.remove}".` : `Put into audience "${change.add}".`,
};
