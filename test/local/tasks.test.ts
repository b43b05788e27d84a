import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aTask } from '../contracts/rows.ts';
import { LocalHome, refusal } from './home.ts';

let local: LocalHome;
let profileId: string;
beforeAll(async () => {
  local = await LocalHome.open();
  await local.identify('ana', { firstName: 'Ana' });
  profileId = (await local.profile('ana')).profileId;
});
afterAll(() => local.close());

/** Puts tasks into the store, as a touch does. */
async function make(...ids: readonly string[]): Promise<void> {
  const { profile, version: expectedVersion } = (await local.home.store.load(profileId))!;
  const tasks = ids.map((id) => ({ row: aTask(id, { profileId, createdMs: local.home.clock.nowMs() }), isNew: true }));
  await local.home.store.commit({ attemptId: ids.join(), profiles: [{ expectedVersion, profile }], tasks });
}
const complete = (id: string, body: unknown) => local.api('POST', `/api/tasks/${id}`, body);

describe('tasks', () => {
  it('are listed by queue and status, a page at a time', async () => {
    await make('e1-call-0', 'e2-call-0');
    const [open] = await local.items('/api/tasks?queue=calls&status=open');
    expect(open).toMatchObject({ profileId, queue: 'calls', title: 'Call Ana', status: 'open', stepId: 'call-back' });
    expect(open).not.toHaveProperty('outcome');
    const first = await local.api('GET', '/api/tasks?limit=1');
    expect(first.body.items).toHaveLength(1);
    expect(await local.items(`/api/tasks?limit=1&cursor=${first.body.next}`)).not.toEqual(first.body.items);
    expect(await local.items('/api/tasks?queue=visits')).toEqual([]);
    expect((await local.api('GET', '/api/tasks/e1-call-0')).body).toMatchObject({ taskId: 'e1-call-0' });
  });

  it('are done once: the event tells of it, and the list has it no more', async () => {
    await make('e3-call-0');
    const done = await complete('e3-call-0', { outcome: ' reached ', properties: { rating: 5 } });
    expect([done.status, done.body]).toMatchObject([200, { status: 'done', outcome: 'reached' }]);
    await local.settle();
    const events = await local.events('ana');
    expect(events).toMatchObject([
      { name: 'Task Completed', eventId: 'task-e3-call-0', properties: { outcome: 'reached', rating: 5 } },
      { name: 'Identified' },
    ]);
    const again = await local.api('POST', '/api/tasks/e3-call-0/complete', { outcome: 'reached' });
    expect([again.status, again.body]).toEqual([200, done.body]);
    await local.settle();
    expect(await local.events('ana')).toHaveLength(2);
    const open = await local.items('/api/tasks?status=open');
    expect(open.map((one) => one['taskId'])).not.toContain('e3-call-0');
  });

  it('stand in the timeline of their person', async () => {
    const timeline = await local.items(`/api/profiles/${profileId}/timeline`);
    expect(timeline.filter((item) => item['kind'] === 'task')).toContainEqual(
      expect.objectContaining({ name: 'calls', taskId: 'e3-call-0', status: 'done', outcome: 'reached' }),
    );
  });

  it('that cannot be completed say why', async () => {
    expect(refusal(await complete('none', { outcome: 'reached' }))).toEqual([404, 'task_unknown', 'id']);
    expect(refusal(await local.api('GET', '/api/tasks/none'))).toEqual([404, 'task_unknown', 'id']);
    for (const body of [{}, { outcome: ' ' }, { outcome: 5 }])
      expect(refusal(await complete('e1-call-0', body))).toEqual([422, 'outcome_missing', 'outcome']);
    const long = { outcome: 'x'.repeat(201) };
    expect(refusal(await complete('e1-call-0', long))).toEqual([422, 'outcome_invalid', 'outcome']);
    const listed = { outcome: 'a', properties: [1] };
    expect(refusal(await complete('e1-call-0', listed))).toEqual([422, 'properties_invalid', 'properties']);
    const heavy = { outcome: 'a', properties: { text: 'x'.repeat(17_000) } };
    expect(refusal(await complete('e1-call-0', heavy))).toEqual([413, 'body_too_large', 'properties']);
    expect(refusal(await complete('e3-call-0', { outcome: 'busy' }))).toEqual([409, 'task_done', 'outcome']);
    expect(refusal(await local.api('GET', '/api/tasks?status=shut'))).toEqual([422, 'status_unknown', 'status']);
    expect((await local.api('GET', '/api/tasks/e1-call-0')).body).toMatchObject({ status: 'open' });
  });
});
