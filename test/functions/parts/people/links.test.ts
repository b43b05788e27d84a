import { describe, expect, it } from 'vitest';
import { Keyring } from '../../../../functions/parts/keyring.ts';
import { SignedLinks } from '../../../../functions/parts/people/links.ts';

const keyring = new Keyring('ab'.repeat(32));
const links = new SignedLinks(keyring, 'https://shop.example');
const opened = (url: string) => links.open(url.slice('https://shop.example/u/'.length));

describe('a link in a message', () => {
  it('says whom, what and which message it is about', () => {
    const subjects = [
      { profileId: 'p1', channel: 'email' },
      { profileId: 'p1', channel: 'email', topic: 'offers' },
      { profileId: 'p1', channel: 'sms', deliveryId: 'e_1-mail-2' },
      { profileId: 'p1', channel: 'email', topic: 'offers', deliveryId: 'e_1-mail-2' },
    ];
    for (const subject of subjects)
      expect(opened(links.unsubscribe(subject))).toEqual({ kind: 'unsubscribe', ...subject });
    const preferences = { profileId: 'p1', deliveryId: 'e_1-mail-2' };
    expect(opened(links.preferences(preferences))).toEqual({ kind: 'preferences', channel: 'email', ...preferences });
  });

  it('of an earlier release is still opened', () => {
    for (const [parts, topic] of [
      [['unsubscribe', 'p1', 'email'], {}],
      [['unsubscribe', 'p1', 'email', 'offers'], { topic: 'offers' }],
    ] as const) {
      const text = Buffer.from(JSON.stringify(parts)).toString('base64url');
      const sealed = `${text}.${keyring.sign('link', text)}`;
      expect(links.open(sealed)).toEqual({ kind: 'unsubscribe', profileId: 'p1', channel: 'email', ...topic });
    }
  });

  it('that somebody else made is not opened', () => {
    const [text = '', signature = ''] = links
      .unsubscribe({ profileId: 'p1', channel: 'email' })
      .split('/u/')[1]!
      .split('.');
    const other = Buffer.from(JSON.stringify(['unsubscribe', 'p2', 'email'])).toString('base64url');
    expect(links.open(`${other}.${signature}`)).toBeUndefined();
    expect(links.open(text)).toBeUndefined();
  });
});
