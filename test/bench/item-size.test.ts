import { describe, expect, it } from 'vitest';
import { itemSize, writeUnits } from '../../bench/aws-cost/item-size.ts';

describe('the size of an item', () => {
  it.each([
    ['the example of the developer guide', { 'shirt-color': { S: 'R' }, 'shirt-size': { S: 'M' } }, 23],
    ['letters of more than a byte', { n: { S: 'Bērziņa' } }, 1 + 9],
    ['a number, by its digits', { n: { N: '-1772445600000.5' } }, 1 + 1 + 7],
    ['bytes as they come over the wire', { b: { B: Buffer.alloc(30).toString('base64') } }, 31],
    ['bytes as the SDK gives them', { b: { B: new Uint8Array(30) } }, 31],
    ['a list and a map', { l: { L: [{ S: 'ab' }, { M: { k: { S: 'v' } } }] } }, 1 + 3 + (1 + 2) + (1 + 3 + 1 + 2)],
  ])('counts %s', (_, item, bytes) => {
    expect(itemSize(item)).toBe(bytes);
  });
});

describe('a write', () => {
  it('takes a unit for each kilobyte of the larger of before and after, twice that in a transaction', () => {
    expect(writeUnits(0, 1_024, false)).toBe(1);
    expect(writeUnits(1_025, 10, false)).toBe(2);
    expect(writeUnits(0, 0, true)).toBe(2);
    expect(writeUnits(300, 1_500, true)).toBe(4);
  });
});
