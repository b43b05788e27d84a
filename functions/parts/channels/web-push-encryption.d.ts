/** RFC 8291 alone: the package's front door also brings a big-number library that only its VAPID keys need. */
declare module 'web-push/src/encryption-helper.js' {
  /** @throws Error for keys that are none */
  export function encrypt(
    p256dh: string,
    auth: string,
    payload: string,
    contentEncoding: 'aes128gcm',
  ): { readonly cipherText: Buffer };
}
