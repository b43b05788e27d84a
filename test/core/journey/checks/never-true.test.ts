import { describe, expect, it } from 'vitest';
import { checkDocuments } from '../../../../core/journey/check.ts';
import { aJourney, folderWith } from '../workflow-files.ts';

const codesOf = (when: object): readonly string[] =>
  checkDocuments(
    folderWith(aJourney(), [
      { path: 'segments/asked.segment.json', text: JSON.stringify({ id: 'asked', name: 'Asked', when }) },
    ]),
  ).problems.map(({ code }) => code);

const order = 'Order Completed';

describe('a condition', () => {
  it.each([
    ['that counts less than it asks for', { did: order, atLeast: 5, atMost: 2 }],
    ['that counts values so', { did: order, distinct: 'sku', atLeast: 1, atMost: 0 }],
    ['that sums so', { did: order, sum: 'total', atLeast: 10.5, atMost: 10 }],
    ['inside others', { all: [{ not: { did: order, within: 'P7D', atLeast: 3, atMost: 1 } }] }],
    ['that ends when it begins', { last: order, olderThan: 'P7D', newerThan: 'P7D' }],
    ['that ends before it begins', { first: order, olderThan: 'P60D', newerThan: 'P1M' }],
    ['whose stretch has no day', { dayOf: 'birthday', from: 'P0D', to: 'P0D' }],
    ['whose stretch ends before it begins', { dayOf: 'birthday', from: 'P1D', to: '-P1D' }],
    ['whose last event must not follow', { sequence: [{ did: 'A' }, { did: order }], thenNot: ['B', order] }],
  ])('can hold for nobody: %s', (_, when) => {
    expect(codesOf(when)).toEqual(['never-true']);
  });

  it.each([
    ['with one count that is both limits', { did: order, atLeast: 2, atMost: 2 }],
    ['that asks for no value', { did: order, distinct: 'sku', exactly: 0 }],
    ['that asks for none at most', { did: order, within: 'P7D', atMost: 0 }],
    ['between two moments', { last: order, olderThan: 'P7D', newerThan: 'P8D' }],
    ['for a day of the longer months', { last: order, olderThan: 'P30D', newerThan: 'P1M' }],
    ['of a day', { dayOf: 'birthday', from: 'P0D', to: 'P1D' }],
    ['of which one event may still be the last', { sequence: [{ did: 'A' }, { did: ['A', order] }], thenNot: order }],
    ['with one moment', { first: order, olderThan: 'P1Y' }],
  ])('can hold for somebody: %s', (_, when) => {
    expect(codesOf(when)).toEqual([]);
  });
});
