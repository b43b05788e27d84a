import type { PublicationRecord } from './publication.ts';

/** Numbers that are current: of journeys whose last word was not that nobody comes in. */
export function currentOf(records: readonly PublicationRecord[]): { readonly [journeyId: string]: number } {
  const last = new Map(records.map((record) => [record.journeyId, record]));
  const entered = [...last.values()].filter(({ action }) => action === 'published' || action === 'rolled-back');
  return Object.fromEntries(entered.map(({ journeyId, number }) => [journeyId, number]));
}
