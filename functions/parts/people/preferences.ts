import { escapeHtml } from '../escape-html.ts';
import type { Channel } from '../../../core/journey/document.ts';
import { addressFor } from '../../../core/message/addresses.ts';
import type { Profile } from '../../../core/profile/profile.ts';
import { personPage } from './unsubscribe.ts';

/** Channels that marketing comes by, as people call them. */
const names = { email: 'email', sms: 'text message', push: 'push message' } as const satisfies {
  readonly [channel in Channel]?: string;
};
type Choice = keyof typeof names;
const isChoice = (text: unknown): text is Choice => typeof text === 'string' && Object.hasOwn(names, text);

/** The channel that a form of the page names; `undefined` for none that may be chosen. */
export function chosenChannel(form: string): Choice | undefined {
  const channel = new URLSearchParams(form).get('channel');
  return isChoice(channel) ? channel : undefined;
}

/** The page behind a preferences link: each channel that reaches the person, and a button that stops it. */
export function preferencesPage(profile: Profile, workspace: string): string {
  const reaching = Object.keys(names)
    .filter(isChoice)
    .filter((channel) => addressFor(profile, channel) !== undefined);
  const rows = reaching.map((channel) =>
    profile.consent[`${channel}/marketing`]?.value === 'denied'
      ? `<li>You get no marketing by ${names[channel]}.</li>`
      : `<li><form method="post">Marketing by ${names[channel]} <button name="channel" value="${channel}">Stop</button></form></li>`,
  );
  const list =
    rows.length === 0 ? '<p>There is nothing to choose: we cannot reach you.</p>' : `<ul>${rows.join('')}</ul>`;
  return personPage('Your preferences', `<h1>What ${escapeHtml(workspace)} may send you</h1>${list}`);
}
