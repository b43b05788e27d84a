import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Json } from '../../../core/json.ts';

/**
 * Words that rows are full of, the commonest last: deflate looks back into them, so that a short row packs as if it were
 * long. Rows written with it need it for ever: a better one gets a number of its own beside this one.
 */
const dictionary = Buffer.from(
  '"mergedInto":"isErased":true"convertedMs":"goalUntilMs":"watchMs":"isAcquisition":true"isAcquisition":false' +
    '"platform":"ios""platform":"android""platform":"web""referrer":"https://www."campaign":"medium":"source":"' +
    '"firstMs":"firstId":"lastMs":"lastId":"userAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ' +
    '(KHTML, like Gecko) Chrome/ Safari/537.36 Edg/Mozilla/5.0 (iPhone; CPU iPhone OS like Mac OS X) Version/ Mobile/' +
    '"library":{"name":"analytics.js","version":"ip":"locale":"en-GB","timezone":"Europe/"page":{"path":"/","search":"",' +
    '"title":"","url":"https://"products":[{"product_id":"","sku":"","name":"","price":,"quantity":1,"category":""}]' +
    '"currency":"EUR","revenue":"total":"orderId":"cartId":"email/marketing":{"value":"granted","ms":' +
    '"kind":"anonymousId","value":""kind":"userId","kind":"email","isVerified":true,"resolves":true,"ms":,"linkedMs":' +
    '"enrollmentId":"e_"journeyId":"version":"isActive":true,"enteredMs":"status":"active","cursor":{"stepId":"","visit":' +
    '"path":[],"watches":{},"hop":0,"attemptId":"hold":{"wakeMs":"sinceVersion":"token":"resolved":{"outcome":"timeout"' +
    '"deliveryId":"channel":"email","template":"purpose":"marketing","status":"sent","tries":0,"atMs":17"to":"' +
    '"type":"track","properties":{},"context":{},"receivedMs":17',
);
const plain = 0;
const deflated = 1;

/** A JSON value in as few bytes as it goes: a number of a form, then the bytes in that form. */
export function pack(value: unknown): Uint8Array {
  const text = Buffer.from(JSON.stringify(value));
  const small = deflateRawSync(text, { dictionary, level: 6 });
  const [form, bytes] = small.length < text.length ? [deflated, small] : [plain, text];
  return Buffer.concat([Buffer.of(form), bytes]);
}

/** @throws RangeError for a form that this code does not know */
export function unpack(packed: Uint8Array): Json {
  const bytes = packed.subarray(1);
  const form = packed[0];
  if (form === plain) return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  if (form === deflated) return JSON.parse(inflateRawSync(bytes, { dictionary }).toString('utf8')) as Json;
  throw new RangeError(`A row is packed in form ${form}, which a later release wrote.`);
}
