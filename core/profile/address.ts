import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

const emailShape = /^[^\s@"<>(),:;[\]\\]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** Trimmed and lower-cased; `undefined` for what cannot be an address. */
export function normalizeEmail(text: string): string | undefined {
  const email = text.trim().toLowerCase();
  return email.length <= 254 && emailShape.test(email) ? email : undefined;
}

const known = new Map<string, string | undefined>();

/** E.164; `undefined` for what is no number with a country code. */
export function normalizePhone(text: string): string | undefined {
  // The same few numbers come with every identify: parsing metadata each time would cost 20 µs an event.
  if (known.has(text)) return known.get(text);
  const parsed = parsePhoneNumberFromString(text.trim());
  const phone = parsed?.isPossible() ? parsed.number : undefined;
  if (known.size >= 20_000) known.clear();
  known.set(text, phone);
  return phone;
}
