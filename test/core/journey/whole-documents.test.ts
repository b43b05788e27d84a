import { expect, it } from 'vitest';
import { checkDocuments } from '../../../core/journey/check.ts';
import { aJourney, folderWith } from './workflow-files.ts';

const saidOf = (path: string, text: string): readonly string[] =>
  checkDocuments([...folderWith(aJourney()), { path, text }]).problems.map(({ message }) => message);

it.each([
  ['rules.json', 'The file of rules must be an object such as { "rules": … }, but it is a list.'],
  [
    'segments/s.segment.json',
    'The segment must be an object such as { "id": …, "name": …, "when": … }, but it is a list.',
  ],
  [
    'journeys/j.journey.json',
    'The journey must be an object such as { "id": …, "name": …, "entry": …, "steps": … }, but it is a list.',
  ],
])('a list in place of a whole document is told with what it should be: %s', (path, sentence) => {
  expect(saidOf(path, '[1]')).toEqual([sentence]);
});

it('a duration that is written well and too long is told so', () => {
  const when = { did: 'Order Completed', within: 'P9999Y' };
  expect(saidOf('segments/s.segment.json', JSON.stringify({ id: 's', name: 'S', when }))).toEqual([
    '"within" of the "did" condition must be a duration of at most a thousand years, but it is "P9999Y".',
  ]);
});
