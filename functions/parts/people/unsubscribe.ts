import { escapeHtml } from '../escape-html.ts';
import { channels } from '../../../core/journey/document.ts';
import { addressFor } from '../../../core/message/addresses.ts';
import { changeConsent } from '../../change-consent/change-consent.ts';
import { noteAnswer } from '../../note-answer/note-answer.ts';
import { suppressAddress } from '../../suppress-address/suppress-address.ts';
import type { DecisionPorts } from '../../../core/ports.ts';
import type { LinkSubject } from './links.ts';

/** What a click on a message's own link asks for: its topic, else all marketing on its channel. */
export async function acceptUnsubscribe(
  ports: DecisionPorts,
  { profileId, channel, topic, deliveryId }: LinkSubject,
): Promise<void> {
  const source = 'unsubscribe-link';
  const purpose = topic === undefined ? 'marketing' : `topic:${topic}`;
  await changeConsent(ports)({ profileId, consent: { [`${channel}/${purpose}`]: 'denied' }, source });
  const loaded = await ports.profiles.load(profileId);
  const found = channels.find((one) => one === channel);
  const address = loaded && found && addressFor(loaded.profile, found);
  // A topic alone is consent; the whole channel also blocks the address.
  if (found && address && topic === undefined) {
    await suppressAddress(ports)({
      channel: found,
      address: address.value,
      change: { kind: 'suppress', reason: 'unsubscribe', source },
    });
  }
  if (deliveryId !== undefined) await noteAnswer(ports)(deliveryId, 'unsubscribedMs');
  await ports.profiles.durable();
}

/** The page behind an unsubscribe link: looking at it changes nothing, its button does. */
export function unsubscribePage({ channel, topic }: LinkSubject, workspace: string, isDone: boolean): string {
  const what = topic === undefined ? `marketing by ${channel}` : `messages about “${topic}” by ${channel}`;
  const body = isDone
    ? `<h1>Done.</h1><p>You will get no more ${escapeHtml(what)} from ${escapeHtml(workspace)}.</p>`
    : `<h1>Unsubscribe?</h1><p>You will get no more ${escapeHtml(what)} from ${escapeHtml(workspace)}.</p><form method="post"><button>Unsubscribe</button></form>`;
  return personPage(isDone ? 'Unsubscribed' : 'Unsubscribe', body);
}

/** A page for the person whom a message went to. */
export function personPage(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.6rem 1.2rem}</style><main>${body}</main></html>`;
}
