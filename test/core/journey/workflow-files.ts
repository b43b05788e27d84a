import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { WorkflowFile } from '../../../core/journey/read-documents.ts';

/** All files of a workflows folder, by path. */
export function workflowFiles(folder: string): readonly WorkflowFile[] {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  return paths.sort().map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

const workspace = {
  name: 'Test',
  timeZone: 'Europe/Riga',
  locale: 'en',
  currency: 'EUR',
  sender: { email: { from: 'a@b.example', postalAddress: 'Riga' }, push: { app: 'test' }, sms: { sender: 'Test' } },
  conversion: [{ event: 'Order Completed' }],
  topics: [{ id: 'offers', name: 'Offers' }],
};
const mail = '---\nsubject: Hello\n---\n<mjml>{{ links.unsubscribe }}</mjml>';

/** A journey as JSON, with only what matters to a test set. */
export const aJourney = (parts: object = {}): object => ({
  id: 'cart',
  name: 'Cart',
  stage: 'comparison',
  kind: 'lifecycle',
  entry: { on: { event: 'Product Added' }, again: 'never' },
  steps: [{ id: 'done', end: true }],
  ...parts,
});

/** The files of a sound folder with one segment, one template, and this journey. */
export const folderWith = (journey: object, more: readonly WorkflowFile[] = []): readonly WorkflowFile[] => [
  { path: 'workspace.json', text: JSON.stringify(workspace, undefined, 2) },
  { path: 'templates/welcome/email.mjml', text: mail },
  {
    path: 'segments/vip.segment.json',
    text: JSON.stringify({ id: 'vip', name: 'VIP', when: { did: 'Order Completed', atLeast: 5 } }, undefined, 2),
  },
  { path: 'journeys/cart.journey.json', text: JSON.stringify(journey, undefined, 2) },
  ...more,
];
