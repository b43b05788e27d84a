import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventRow } from '../core/ports.ts';
import { newProfile } from '../core/profile/profile.ts';
import { Home } from '../local/home.ts';
import type { Bench, Figure } from './report.ts';
import { workflowsWith } from './workflows.ts';

const people = 100_000;
const eventsEach = 50;
const hourMs = 3_600_000;
const nowMs = Date.parse('2026-03-02T10:00:00Z');
const names = ['Product Viewed', 'Product Added', 'Order Completed', 'Email Opened', 'Article Read'];

/** One segment over everybody's history: 100,000 people with 50 events each, of which every fifth is asked for. */
export const fillingBench: Bench = {
  name: 'filling',
  async run(): Promise<readonly Figure[]> {
    const data = mkdtempSync(join(tmpdir(), 'sojourn-filling-'));
    const before = workflowsWith({ segments: 0 });
    const options = { data, clock: 'manual', startMs: nowMs } as const;
    const home = await Home.open({ ...options, workflows: before });
    for (let person = 0; person < people; person++) {
      await home.store.commit(aLife(person));
      if (person % 1_000 === 0) await home.store.durable();
    }
    await home.close();
    const startMs = performance.now();
    const filled = await Home.open({ ...options, workflows: workflowsWith({ segments: 1 }) });
    const seconds = (performance.now() - startMs) / 1_000;
    const members = (await filled.read.memberCounts('segment'))['readers-0'] ?? 0;
    await filled.close();
    rmSync(data, { recursive: true, force: true });
    return [
      { work: `${people} people of ${eventsEach} events filled`, value: seconds, unit: 's', aim: '≤ 30' },
      { work: 'people a second', value: people / seconds, unit: '/s', aim: '' },
      { work: 'members found', value: members, unit: '', aim: '' },
    ];
  },
};

function aLife(person: number) {
  const profileId = `p_${String(person).padStart(7, '0')}`;
  const events = Array.from({ length: eventsEach }, (_, index): EventRow => ({
    profileId,
    eventId: `${profileId}-${index}`,
    type: 'track',
    name: names[(person + index) % names.length]!,
    properties: { productId: `sku-${index}`, price: index, category: 'Bikes' },
    context: { timezone: 'Europe/Riga', page: { path: `/bikes/${index}` } },
    occurredMs: nowMs - index * hourMs,
    receivedMs: nowMs - index * hourMs,
    attemptId: profileId,
  }));
  return { attemptId: profileId, profiles: [{ expectedVersion: 0, profile: newProfile(profileId, nowMs) }], events };
}
