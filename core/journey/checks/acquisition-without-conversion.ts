import type { Check } from './check.ts';

/** Converted people can be kept out of acquisition only where the workspace says who is converted. */
export const acquisitionWithoutConversion: Check = {
  code: 'acquisition-without-conversion',
  severity: 'error',
  check: ({ workspace, journeys, audiences }) => {
    if (workspace?.draft.conversion?.length !== 0) return [];
    const of = (noun: string): string =>
      `Converted people are kept out of an acquisition ${noun}, but the "conversion" of workspace.json names no event.`;
    return [
      ...journeys
        .filter(({ draft }) => draft.kind === 'acquisition')
        .map(({ file }) => ({ file, path: ['kind'], message: of('journey') })),
      ...audiences
        .filter(({ draft }) => draft.use === 'acquisition')
        .map(({ file }) => ({ file, path: ['use'], message: of('audience') })),
    ];
  },
};
