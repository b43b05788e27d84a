import { closest, didYouMean } from '../../suggest.ts';
import type { SavedName } from '../steps/step-kind.ts';
import type { Check, CheckFinding, CheckInput, JourneyFile } from './check.ts';
import { mayPrecede } from './may-precede.ts';
import { valuesRead } from './unknown-column.ts';

interface SavedPlace extends SavedName {
  /** Where the step stands among the steps of its journey. */
  readonly index: number;
}
const savedIn = ({ steps }: JourneyFile): readonly SavedPlace[] =>
  steps.flatMap(({ kind, step, path }, index) =>
    (kind.saves?.(step) ?? []).map((saved) => ({ ...saved, path: [...path, ...saved.path], index })),
  );

const namesRead = (journey: JourneyFile): readonly string[] =>
  valuesRead(journey).flatMap(({ value }) => (value.startsWith('journey.') ? [value.split('.')[1] ?? ''] : []));

/** What is read as `journey.<name>` is saved by a step of the journey. */
export const unknownSavedName: Check = {
  code: 'unknown-saved-name',
  severity: 'error',
  check: ({ journeys }) =>
    journeys.flatMap((journey) => {
      if (!journey.isWhole) return [];
      const names = savedIn(journey).map(({ name }) => name);
      return valuesRead(journey).flatMap(({ path, value }) => {
        const [root, name = ''] = value.split('.');
        if (root !== 'journey' || names.includes(name)) return [];
        const message = `This reads "${value}", but no step of the journey saves anything as "${name}".`;
        return [{ file: journey.file, path, message, ...didYouMean(closest(name, names)) }];
      });
    }),
};

/** What is read as `journey.<name>` is saved by a step before that. */
export const readBeforeSaved: Check = {
  code: 'read-before-saved',
  severity: 'warning',
  check: ({ journeys }) =>
    journeys.flatMap((journey) => {
      if (!journey.isWhole) return [];
      const saved = savedIn(journey);
      return valuesRead(journey).flatMap(({ path, value }): readonly CheckFinding[] => {
        const [root, name] = value.split('.');
        const sources = saved.filter((one) => one.name === name);
        if (root !== 'journey' || sources.length === 0 || path[0] === 'exit') return [];
        const readAt = path[0] === 'steps' ? indexOfStep(journey, path) : -1;
        if (sources.some(({ index }) => mayPrecede(journey, index, readAt))) return [];
        const message = `This reads "${value}" before a step has saved it, so it is never there.`;
        return [{ file: journey.file, path, message }];
      });
    }),
};

/** The innermost step around a place. */
const indexOfStep = ({ steps }: JourneyFile, path: CheckFinding['path']): number =>
  steps.findLastIndex((step) => step.path.every((key, index) => key === path[index]));

/** What is saved is read somewhere: by the journey, or by a template. */
export const unusedSavedName: Check = {
  code: 'unused-saved-name',
  severity: 'warning',
  check: (input) =>
    input.journeys.flatMap((journey) => {
      if (!journey.isWhole) return [];
      const texts = textsOf(input, journey);
      const names = savedIn(journey).map(({ name }) => name);
      // A name that is read and saved nowhere may be meant for any of these.
      if (namesRead(journey).some((name) => !names.includes(name))) return [];
      return savedIn(journey)
        .filter(({ name }) => !texts.some((text) => new RegExp(`\\b(journey|coupon|tables)\\.${name}\\b`).test(text)))
        .map(({ path, at, name }) => ({
          file: journey.file,
          path,
          ...(at && { at }),
          message: `Nothing reads "journey.${name}": no step of the journey, and no template that it sends.`,
        }));
    }),
};

/** All that a journey could read a name in: its own document, and the templates of its messages. */
function textsOf({ templates }: CheckInput, { draft, steps }: JourneyFile): readonly string[] {
  const sent = new Set(
    steps.flatMap(({ kind, step }) => (kind.messages?.(step) ?? []).map(({ template }) => template)),
  );
  return [JSON.stringify(draft), ...templates.filter(({ id }) => sent.has(id)).map(({ text }) => text)];
}
