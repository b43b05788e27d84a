import { canonicalJson } from '../../json.ts';
import { branch } from '../steps/branch.ts';
import { ofKind } from '../walk.ts';
import { capital, type Check } from './check.ts';

/** Somebody can take every way of a branch: none repeats an earlier one, and none follows one that everybody takes. */
export const unreachableWay: Check = {
  code: 'unreachable-way',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap(({ file, steps }) =>
      ofKind(steps, branch).flatMap(({ step, path, name }) => {
        const ways = (step.branch ?? []).map((way) => way?.when && canonicalJson(way.when));
        return ways.flatMap((when, index) => {
          const before = ways.slice(0, index);
          const isTaken = before.includes(everybody);
          if (when === undefined || !(isTaken || before.includes(when))) return [];
          const why = isTaken ? 'a way before it takes everybody' : 'a way before it has the same condition';
          const message = `Nobody takes this way of ${name}: ${why}.`;
          return [{ file, path: [...path, 'branch', index, 'when'], message: capital(message) }];
        });
      }),
    ),
};
const everybody = canonicalJson({ all: [] });
