import { encrypt } from 'web-push/src/encryption-helper.js';
import type { PushMessage } from '../../../core/message/message.ts';
import type { HandOver } from '../../../core/ports.ts';
import { vapidHeader, type Vapid } from './web-push-vapid.ts';
import { requestOnce, type Reach } from './webhook-request.ts';

/** What a browser gives for being pushed to: `PushSubscription.toJSON()`. */
export interface WebPushSubscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}
export interface WebPushOptions extends Reach {
  readonly vapid: Vapid;
  readonly nowMs: () => number;
  /** How long a push service keeps the message for a browser that is away. @default a day */
  readonly keptSeconds?: number;
}
/** Hands a notification over to a browser's push service; one request, never throws. */
export type SendWebPush = (
  deliveryId: string,
  message: PushMessage,
  subscription: WebPushSubscription,
) => Promise<HandOver>;

/** Web push, encrypted for the browser (RFC 8291); 404 and 410 say that the subscription is dead. */
export const createWebPush =
  ({ vapid, nowMs, keptSeconds = 86_400, ...reach }: WebPushOptions): SendWebPush =>
  async (deliveryId, { title, body, url }, { endpoint, keys }) => {
    const payload = JSON.stringify({ title, body, ...(url !== undefined && { url }), deliveryId });
    let request;
    try {
      request = {
        url: endpoint,
        method: 'POST',
        body: encrypt(keys.p256dh, keys.auth, payload, 'aes128gcm').cipherText,
        headers: {
          authorization: vapidHeader(vapid, endpoint, nowMs()),
          'content-type': 'application/octet-stream',
          'content-encoding': 'aes128gcm',
          ttl: String(keptSeconds),
          urgency: 'normal',
        },
      };
    } catch {
      // What it says may hold a key.
      return { kind: 'refused', reason: 'not-a-subscription', isPermanent: true };
    }
    return requestOnce(request, reach);
  };
