/** How an SMS text is encoded, and what it takes to send it. */
export interface SmsParts {
  readonly encoding: 'gsm-7' | 'ucs-2';
  /** Septets for GSM-7 (an extension character counts two), 16-bit units for UCS-2. */
  readonly units: number;
  /** Messages that the carrier sends and bills; 0 for an empty text. */
  readonly parts: number;
}

// 3GPP TS 23.038, section 6.2.1: the default alphabet and its extension table.
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extended = '\f^{}\\[~]|€';
const septets = new Map([
  ...[...basic].map((char) => [char, 1] as const),
  ...[...extended].map((char) => [char, 2] as const),
]);

// 140 octets a message; a part of a longer text gives 6 of them to the header that joins the parts.
const limits = { 'gsm-7': { alone: 160, joined: 153 }, 'ucs-2': { alone: 70, joined: 67 } } as const;

/** Counts the parts of an SMS; no part ends inside an escape sequence or a surrogate pair. */
export function countSmsParts(text: string): SmsParts {
  const chars = [...text];
  const isGsm = chars.every((char) => septets.has(char));
  const encoding = isGsm ? 'gsm-7' : 'ucs-2';
  const sizes = chars.map((char) => (isGsm ? (septets.get(char) ?? 1) : char.length));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const { alone, joined } = limits[encoding];
  if (units <= alone) return { encoding, units, parts: units === 0 ? 0 : 1 };
  let parts = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > joined) {
      parts += 1;
      used = 0;
    }
    used += size;
  }
  return { encoding, units, parts };
}
