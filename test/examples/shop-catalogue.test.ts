import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileCatalogue } from '../../core/event/compile-catalogue.ts';
import { parseMessage } from '../../core/event/parse-message.ts';
import { checkDocuments } from '../../core/journey/check.ts';
import type { Documents, Workspace } from '../../core/journey/document.ts';
import { shopYear, type SegmentMessage } from '../../examples/shop/generate.ts';
import { liveYear } from '../../examples/shop/live.ts';
import { readWorkflows } from '../../functions/parts/read-workflows.ts';
import { Home } from '../../local/home.ts';
import { aFolder } from '../local/home.ts';
import { isDeep } from '../properties.ts';

const startMs = Date.UTC(2025, 10, 1);
const strict = { validation: 'quarantine', unknown: 'quarantine' } as const;
const documents: Documents = checkDocuments(readWorkflows('workflows')).documents!;
const judge = compileCatalogue({ ...documents, workspace: { ...documents.workspace, events: strict } });

const judged = (message: SegmentMessage): ReturnType<typeof judge> => {
  const parsed = parseMessage(message, {
    receivedMs: Date.parse(message.sentAt),
    trust: 'server',
    isImport: true,
    topics: () => (documents.workspace.topics ?? []).map(({ id }) => id),
    newMessageId: () => 'm',
  });
  // A few of the year are refused at the door before, as they are meant to be.
  return 'message' in parsed ? judge(parsed.message) : undefined;
};

describe('the catalogue of the shop', () => {
  it('describes every event that its year sends, and each event is sent', () => {
    const names = new Set<string>();
    const people = isDeep ? 2_000 : 300;
    for (const { message } of shopYear(7, { people, startMs, days: 365 })) {
      if (message.event !== undefined) names.add(message.event);
      expect(judged(message), JSON.stringify(message)).toBeUndefined();
    }
    expect(documents.events.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  it('finds what is wrong with one of them', () => {
    const orders = shopYear(7, { people: 50, startMs, days: 60 });
    const { message } = orders.find((one) => one.message.event === 'Order Completed')!;
    const { currency: _, ...properties } = message.properties!;
    const wrong = { ...message, properties: { ...properties, revenue: '12,90' } };
    expect(
      judged(wrong)
        ?.problems.map(({ code, path }) => `${code} ${path}`)
        .toSorted(),
    ).toEqual(['property_missing properties.currency', 'property_type properties.revenue']);
    expect(judged({ ...message, event: 'Order Complete' })?.problems).toMatchObject([
      { code: 'event_unknown', suggestion: expect.stringContaining('Order Completed') },
    ]);
  });
});

describe('a home of the shop that sets aside what is wrong', () => {
  const folder = aFolder();
  let home: Home;
  beforeAll(async () => {
    const workflows = join(folder, 'workflows');
    cpSync('workflows', workflows, { recursive: true });
    const path = join(workflows, 'workspace.json');
    const workspace = JSON.parse(readFileSync(path, 'utf8')) as Workspace;
    writeFileSync(path, JSON.stringify({ ...workspace, events: strict }));
    home = await Home.open({ data: ':memory:', workflows, clock: 'fast', startMs, seed: 'shop' });
  });
  afterAll(async () => {
    await home.close();
    rmSync(folder, { recursive: true });
  });

  it('sets aside nothing of its year', async () => {
    await liveYear(home, [7, { people: 60, startMs, days: 60 }], () => undefined);
    await home.scheduler.wind(startMs + 60 * 86_400_000);
    const count = (table: string): number => home.db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)!.n;
    expect(count('events')).toBeGreaterThan(500);
    expect(count('quarantine')).toBe(0);
    expect(count('event_problems')).toBe(0);
  });
});
