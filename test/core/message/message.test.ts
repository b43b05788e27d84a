import { describe, expect, it } from 'vitest';
import { addressMessage, type Addressing, type EmailContent } from '../../../core/message/message.ts';

const mail: EmailContent = { channel: 'email', subject: 'Hi', html: '<p>Hi</p>', text: 'Hi' };
const addressing = (given: Partial<Addressing> = {}): Addressing => ({
  deliveryId: 'd-1',
  to: 'ana@example.com',
  purpose: 'marketing',
  sender: {
    email: { from: 'Shop <hello@shop.example>', replyTo: 'care@shop.example', postalAddress: 'Riga' },
    sms: { sender: 'Shop' },
    push: { app: 'shop-app' },
  },
  unsubscribeUrl: 'https://shop.example/u/abc',
  ...given,
});

describe('addressMessage', () => {
  it('gives marketing email the two headers of one-click unsubscribing', () => {
    expect(addressMessage(mail, addressing())).toEqual({
      ...mail,
      to: 'ana@example.com',
      from: 'Shop <hello@shop.example>',
      replyTo: 'care@shop.example',
      headers: {
        'List-Unsubscribe': '<https://shop.example/u/abc>',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
      tags: { deliveryId: 'd-1' },
    });
  });

  it('gives transactional email no such header', () => {
    expect(addressMessage(mail, addressing({ purpose: 'transactional' }))).toHaveProperty('headers', {});
  });

  it.each(['http://localhost:4600/u/abc', 'http://127.0.0.1:4600/u/abc', 'http://[::1]/u'])(
    'takes the local link %s',
    (url) => {
      expect(addressMessage(mail, addressing({ unsubscribeUrl: url }))).toMatchObject({
        headers: { 'List-Unsubscribe': `<${url}>` },
      });
    },
  );

  it.each([
    'http://shop.example/u',
    'http://localhost.evil.example/u',
    'javascript:x',
    'https://a/>, <mailto:x',
    'https://a/\r\nBcc: x',
    '',
  ])('refuses the unsubscribe link "%s"', (unsubscribeUrl) => {
    expect(() => addressMessage(mail, addressing({ unsubscribeUrl }))).toThrow(RangeError);
  });

  it.each(['a@b.example\r\nBcc: c@d.example', 'a@b.example\u0000', 'a@b.example\u2028', '\ud800@b.example', ''])(
    'refuses an address that is not one line',
    (to) => {
      expect(() => addressMessage(mail, addressing({ to }))).toThrow(RangeError);
    },
  );

  it('refuses a sender that is not one line', () => {
    const sender = { email: { from: 'Shop <a@b.example>\r\nBcc: c@d.example', postalAddress: 'Riga' } };
    expect(() => addressMessage(mail, addressing({ sender }))).toThrow(RangeError);
    expect(() => addressMessage(mail, addressing({ sender: {} }))).toThrow(RangeError);
  });

  it('names the sender of SMS and the app of a push', () => {
    const parts = { encoding: 'gsm-7', units: 2, parts: 1 } as const;
    expect(addressMessage({ channel: 'sms', text: 'Hi', parts }, addressing())).toMatchObject({ from: 'Shop' });
    expect(addressMessage({ channel: 'push', title: 'Hi', body: '' }, addressing())).toMatchObject({ app: 'shop-app' });
  });
});
