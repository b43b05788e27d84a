import { namedFiles, type Check } from './check.ts';

/** A file is named by the id of its document. */
export const fileName: Check = {
  code: 'file-name',
  severity: 'error',
  check: (input) =>
    namedFiles(input).flatMap(({ file, fileId, draft }) => {
      if (draft.id === undefined || draft.id === fileId) return [];
      const message = `The id is "${draft.id}", but the file's name says "${fileId}". Rename one of them.`;
      return [{ file, path: ['id'], message }];
    }),
};
