import type { Check, CheckFinding } from './check.ts';

/** Of a kind of identifier that is named twice, only one place could count. */
export const repeatedKind: Check = {
  code: 'repeated-kind',
  severity: 'error',
  check: ({ workspace }) => {
    const identity = workspace?.draft.identity;
    if (!workspace || !identity) return [];
    const { file } = workspace;
    const twice = (names: readonly (string | undefined)[], pathOf: (index: number) => CheckFinding['path']) =>
      names.flatMap((name, index): readonly CheckFinding[] =>
        name === undefined || names.indexOf(name) === index
          ? []
          : [{ file, path: pathOf(index), message: `"${name}" stands here twice. Keep one of them.` }],
      );
    return [
      ...twice(identity.order ?? [], (index) => ['identity', 'order', index]),
      ...twice(
        (identity.kinds ?? []).map((one) => one?.kind),
        (index) => ['identity', 'kinds', index, 'kind'],
      ),
    ];
  },
};
