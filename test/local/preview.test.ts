import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWorkflows } from '../../functions/parts/read-workflows.ts';
import { LocalHome, refusal, testWorkflows } from './home.ts';

let local: LocalHome;
beforeAll(async () => {
  local = await LocalHome.open();
  for (const user of ['ana', 'bob']) await local.track(user, 'Product Viewed', { name: 'chair' });
});
afterAll(() => local.close());

const files = readWorkflows(testWorkflows);
const buyers = { id: 'buyers', name: 'Buyers', when: { did: 'Product Viewed' } };
const written = (segment: object) => [
  ...files,
  { path: 'segments/buyers.segment.json', text: JSON.stringify(segment) },
];
const ask = (id: string, body: object) => local.api('POST', `/api/segments/${id}/preview`, body);

describe('the preview of a segment, asked over HTTP', () => {
  it('counts, names some, and says in which others they are', async () => {
    const { status, body } = await ask('buyers', { files: written(buyers) });
    expect([status, body]).toMatchObject([200, { people: 2, members: 2, entering: 2, leaving: 0, isPublished: false }]);
    expect(body['sample']).toMatchObject([{ profileId: expect.any(String) as string }, {}]);
    expect(body.next).toBeUndefined();
    expect(await local.items('/api/segments')).not.toContainEqual(expect.objectContaining({ id: 'buyers' }));
  });

  it('says where it rests on a rank that is counted only once it is published', async () => {
    const more = [
      ['traits/views.trait.json', { id: 'views', name: 'Views', count: 'Product Viewed' }],
      ['traits/by-views.trait.json', { id: 'by-views', name: 'By views', rank: 'views', into: 2 }],
      ['segments/most.segment.json', { id: 'most', name: 'Most', when: { trait: 'by-views', is: 2 } }],
    ].map(([path, document]) => ({ path, text: JSON.stringify(document) }));
    const { body } = await ask('most', { files: [...files, ...more] });
    expect(body).toMatchObject({ members: 0, waits: ['by-views'] });
    expect((await ask('buyers', { files: [...written(buyers), ...more] })).body['waits']).toBeUndefined();
  });

  it('tells what is wrong with the documents, and which segment was meant', async () => {
    const wrong = await ask('buyers', { files: written({ ...buyers, when: { did: 3 } }) });
    expect([refusal(wrong), wrong.body['problems']]).toMatchObject([
      [422, 'documents_invalid', ''],
      [{ file: 'segments/buyers.segment.json', severity: 'error' }],
    ]);
    const unknown = await ask('bujers', { files: written(buyers) });
    expect([refusal(unknown), unknown.body.error?.suggestion]).toEqual([
      [404, 'segment_unknown', 'id'],
      expect.stringContaining('buyers'),
    ]);
    expect(refusal(await ask('buyers', { files: 3 }))).toEqual([422, 'files_invalid', 'files']);
    expect(refusal(await ask('buyers', { files, from: { part: -1 } }))).toEqual([404, 'segment_unknown', 'id']);
    expect(refusal(await ask('buyers', { files: written(buyers), from: { part: -1 } }))).toEqual([
      422,
      'from_invalid',
      'from',
    ]);
  });
});
