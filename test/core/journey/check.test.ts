import { describe, expect, it } from 'vitest';
import { checkDocuments } from '../../../core/journey/check.ts';
import { workflowFiles, aJourney, folderWith } from './workflow-files.ts';

const codesOf = (steps: readonly unknown[], parts: object = {}): readonly string[] =>
  checkDocuments(folderWith(aJourney({ steps, ...parts }))).problems.map(({ code }) => code);

describe('checking documents', () => {
  it('gives back the documents as written when nothing is wrong', () => {
    const { documents, problems } = checkDocuments(folderWith(aJourney()));
    expect(problems).toEqual([]);
    expect(documents?.journeys).toEqual([aJourney()]);
    expect(documents?.segments.map(({ id }) => id)).toEqual(['vip']);
    expect(documents?.templates.map(({ id, channel }) => `${id}/${channel}`)).toEqual(['welcome/email']);
  });

  it('gives back no documents when there is an error, but does with warnings', () => {
    const warned = checkDocuments(folderWith(aJourney({ steps: [] })));
    expect(warned.problems.map(({ code, severity }) => [code, severity])).toEqual([['empty-journey', 'warning']]);
    expect(warned.documents).toBeDefined();
    expect(checkDocuments(folderWith(aJourney({ stage: 'decided' }))).documents).toBeUndefined();
  });

  it('tells all problems of a file at once, in its order', () => {
    const steps = [
      { id: 'a', send: { email: 'welcom' } },
      { id: 'b', wait: 'an hour' },
      { id: 'a', send: { email: 'welcome' }, topic: 'offer', useBy: 'P1D' },
    ];
    expect(codesOf(steps, { colour: 'red' })).toEqual([
      'unknown-template',
      'bad-duration',
      'duplicate-id',
      'unknown-topic',
      'unknown-key',
    ]);
  });

  it('finds the errors of shipped workflows to be none', () => {
    const { problems } = checkDocuments(workflowFiles('workflows'));
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('a broken part', () => {
  it('of a step leaves the rest of the step checked', () => {
    expect(codesOf([{ id: 'a', send: { email: 'welcom' }, useBy: '12 hours' }])).toEqual([
      'unknown-template',
      'bad-duration',
    ]);
  });

  it('of a branch leaves its steps and other ways checked', () => {
    const way = { when: { did: 'X', within: 'soon' }, steps: [{ send: { email: 'welcom' } }] };
    const other = { when: { segment: 'vop' }, steps: [] };
    expect(codesOf([{ branch: [way, other], otherwise: [] }])).toEqual([
      'bad-duration',
      'unknown-template',
      'unknown-segment',
    ]);
  });

  it('that is a whole step leaves the steps beside it checked', () => {
    expect(codesOf([{ hold: 'P1D' }, 7, { send: { email: 'welcom' } }])).toEqual([
      'unknown-step',
      'wrong-type',
      'unknown-template',
    ]);
  });

  it('that is a percent silences the total, and that alone', () => {
    const variants = [
      { id: 'a', percent: '50', steps: [{ send: { email: 'welcom' } }] },
      { id: 'a', percent: 20, steps: [] },
    ];
    expect(codesOf([{ experiment: 'x', variants }])).toEqual(['wrong-type', 'unknown-template', 'duplicate-id']);
  });

  it('in the entry is not taken for a missing key', () => {
    const exit = [{ on: { event: 'Order Completed', key: 'properties.cartId' } }];
    const entry = { on: { event: 'Product Added' }, again: 'sometimes', key: 7 };
    expect(codesOf([{ end: true }], { entry, exit })).toEqual(['unknown-value', 'wrong-type']);
  });

  it('that is a file with broken JSON is not called missing where others name it', () => {
    const files = folderWith(aJourney({ entry: { on: { segment: 'vip', edge: 'enter' }, again: 'never' } }));
    const broken = files.map((file) => (file.path.startsWith('segments/') ? { ...file, text: '{ "id": ' } : file));
    expect(checkDocuments(broken).problems.map(({ code }) => code)).toEqual(['invalid-json']);
  });
});

describe('what is the normal pattern', () => {
  it('is an exit on the event of the goal', () => {
    const on = { event: 'Order Completed' };
    expect(codesOf([{ end: true }], { exit: [{ on }], goal: { on, within: 'P3D' } })).toEqual([]);
  });

  it('is a variant, a then or an otherwise without steps', () => {
    const variants = [
      { id: 'nothing', percent: 33.4, steps: [] },
      { id: 'mail', percent: 33.3, steps: [{ send: { email: 'welcome' } }] },
      { id: 'control', percent: 33.3, steps: [] },
    ];
    const waiting = { waitFor: { event: 'X' }, within: 'P1D', then: [], otherwise: [] };
    const fork = { branch: [{ when: { segment: 'vip' }, steps: [] }], otherwise: [] };
    expect(codesOf([{ experiment: 'x', variants }, waiting, fork])).toEqual([]);
  });

  it('is that a step after a branch is reached when one way of it does not end', () => {
    const ends = [{ end: true }];
    const fork = { branch: [{ when: { segment: 'vip' }, steps: ends }] };
    expect(codesOf([fork, { wait: 'P1D' }])).toEqual([]);
    expect(codesOf([{ ...fork, otherwise: ends }, { wait: 'P1D' }])).toEqual(['unreachable-step']);
  });
});

describe('retention', () => {
  it('must exceed every window, months taken at their longest', () => {
    const kept = (retention: string, within: string): readonly string[] => {
      const files = folderWith(aJourney({ entry: { on: { api: true }, when: { didNot: 'X', within } } }));
      const longer = files.map((file) =>
        file.path === 'workspace.json'
          ? { ...file, text: JSON.stringify({ ...JSON.parse(file.text), retention }) }
          : file,
      );
      return checkDocuments(longer).problems.map(({ code }) => code);
    };
    expect(kept('P61D', 'P60D')).toEqual([]);
    expect(kept('P60D', 'P60D')).toEqual(['window-over-retention']);
    expect(kept('P60D', 'P2M')).toEqual(['window-over-retention']);
    expect(kept('P60D', 'PT1439H')).toEqual([]);
  });
});

describe('files', () => {
  it('that are no documents are passed over', () => {
    const others = ['README.md', 'schema/journey.schema.json', '.git/x.json'];
    expect(
      checkDocuments(
        folderWith(
          aJourney(),
          others.map((path) => ({ path, text: '' })),
        ),
      ).problems,
    ).toEqual([]);
  });

  it('may have paths with backslashes', () => {
    const files = folderWith(aJourney()).map((file) => ({ ...file, path: file.path.replaceAll('/', '\\') }));
    expect(checkDocuments(files).problems).toEqual([]);
  });
});
