import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** As the low-level API speaks: bytes in base64 on the wire, or as bytes once the SDK has read them. */
export type WireValue = AttributeValue | { readonly [type: string]: unknown };
export interface WireItem {
  readonly [name: string]: WireValue;
}

/**
 * Bytes that DynamoDB counts of an item: names and values in UTF-8, a number as one byte and one for each two digits, three
 * bytes for a list or map and one for each thing in it. By "Item sizes and formats" of its developer guide.
 */
export const itemSize = (item: WireItem): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);

function valueSize(value: WireValue): number {
  const [[type, given] = ['NULL', true]] = Object.entries(value) as [string, unknown][];
  switch (type) {
    case 'S':
      return Buffer.byteLength(given as string);
    case 'N':
      return 1 + Math.ceil((given as string).replace(/[-.]/g, '').length / 2);
    case 'B':
      return typeof given === 'string' ? Buffer.from(given, 'base64').length : (given as Uint8Array).length;
    case 'SS':
      return (given as readonly string[]).reduce((sum, one) => sum + Buffer.byteLength(one), 0);
    case 'L':
      return (given as readonly WireValue[]).reduce((sum, one) => sum + 1 + valueSize(one), 3);
    case 'M':
      return 3 + Object.keys(given as object).length + itemSize(given as WireItem);
    default:
      return 1;
  }
}

/** Write units of one row: by the larger of what stood there and what stands there now; twice that in a transaction. */
export const writeUnits = (before: number, after: number, isTransaction: boolean): number =>
  Math.max(1, Math.ceil(Math.max(before, after) / 1_024)) * (isTransaction ? 2 : 1);
