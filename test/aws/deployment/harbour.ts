import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonObject } from '../../../core/json.ts';
import type { Deployment } from './deployment.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** A Monday, 10:00 in Riga. */
export const startMs = Date.parse('2026-03-02T08:00:00Z');
/** What an operator would put into its secret. */
export const secret = { signingKey: 'ab'.repeat(32), serverKeys: ['server'], publicKeys: ['public'] };

/** A shop that asks for little, for tests of documents that change. */
export const workspace = {
  name: 'Harbour',
  timeZone: 'Europe/Riga',
  locale: 'en',
  currency: 'EUR',
  sender: { email: { from: 'Harbour <hello@harbour.example>', postalAddress: '4 Pier Street, Riga' } },
  conversion: [{ event: 'Order Completed' }],
  consent: 'opt-out',
};
const mail = (text: string): string =>
  `---\nsubject: ${text}\n---\n<mjml><mj-body><mj-section><mj-column><mj-text>${text} {{ links.unsubscribe }}</mj-text></mj-column></mj-section></mj-body></mjml>`;

/** A journey's document, as a test writes it. */
export interface HarbourJourney {
  readonly id: string;
  readonly [key: string]: unknown;
}
export interface HarbourDocuments {
  readonly journeys: readonly HarbourJourney[];
  /** Names of templates that are there. */
  readonly mails: readonly string[];
  readonly segments?: readonly HarbourJourney[];
  readonly traits?: readonly HarbourJourney[];
  /** Beside what every workspace of it says. */
  readonly workspace?: object;
}

/** Writes the shop's folder anew. @returns the folder */
export function writeHarbour(
  folder: string,
  { journeys, mails, segments = [], traits = [], workspace: more = {} }: HarbourDocuments,
): string {
  rmSync(folder, { recursive: true, force: true });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('workspace.json', JSON.stringify({ ...workspace, ...more }));
  for (const one of journeys) write(`journeys/${one.id}.journey.json`, JSON.stringify(one));
  for (const one of segments) write(`segments/${one.id}.segment.json`, JSON.stringify(one));
  for (const one of traits) write(`traits/${one.id}.trait.json`, JSON.stringify(one));
  for (const id of mails) write(`templates/${id}/email.mjml`, mail(id));
  return folder;
}

/** People of the shop: what they do, and what becomes of them. */
export class HarbourPeople {
  private readonly deployed: Deployment;
  constructor(deployed: Deployment) {
    this.deployed = deployed;
  }

  /** Somebody becomes known and does something, once functions have heard of what is current. */
  async does(userId: string, event: string): Promise<void> {
    const { deployed } = this;
    await deployed.windTo(deployed.nowMs + 10_000);
    const traits = { email: `${userId}@example.com` };
    await deployed.post('/v1/identify', { messageId: `${userId}-identify`, userId, traits }, 'server');
    await deployed.post('/v1/track', { messageId: `${userId}-${event}`, userId, event, properties: {} }, 'server');
    await deployed.settle();
  }
  async items(path: string): Promise<readonly JsonObject[]> {
    return (await this.deployed.api('GET', path)).body['items'] as readonly JsonObject[];
  }
  /** Somebody's own lists. */
  async of(userId: string, list: 'enrollments' | 'deliveries' | 'timeline'): Promise<readonly JsonObject[]> {
    const [{ profileId } = {}] = await this.items(`/api/profiles?userId=${userId}`);
    return this.items(`/api/profiles/${String(profileId)}/${list}`);
  }
  /** How journeys ended for somebody, and what was sent. */
  async wayOf(userId: string): Promise<string> {
    const [enrollments, deliveries] = [await this.of(userId, 'enrollments'), await this.of(userId, 'deliveries')];
    return wayIn(enrollments, deliveries);
  }
}

/** How journeys ended for somebody with these lists, and what was sent, the oldest first. */
export function wayIn(enrollments: readonly JsonObject[], deliveries: readonly JsonObject[]): string {
  const ends = enrollments.map(({ status, reason }) => [status, reason].filter(Boolean).join(' '));
  const sent = deliveries.filter(({ status }) => status === 'sent').map(({ template }) => String(template));
  return [...ends, ...sent.toReversed()].join(', ');
}
