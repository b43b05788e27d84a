import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import type { CarriedFact } from './bus.ts';

/** A message that is not what its queue carries. */
export class TaskInvalid extends Error {
  override readonly name = 'TaskInvalid';
}

/** What a rule hands on: the kind of a fact, and what it says. @throws TaskInvalid */
export function parseFact(body: unknown): CarriedFact {
  if (isObject(body) && typeof body['kind'] === 'string' && isObject(body['detail']))
    return { kind: body['kind'] as CarriedFact['kind'], detail: body['detail'] as JsonObject };
  throw new TaskInvalid('A message of this queue has a kind and a detail.');
}

/** What an entry's rule hands on: also which journey it is of. @throws TaskInvalid */
export function parseEntry(body: unknown): CarriedFact & { readonly journeyId: string } {
  const fact = parseFact(body);
  // A journey that another one starts is named by the fact itself.
  const journeyId = fact.kind === 'start' ? fact.detail['name'] : (body as JsonObject)['journeyId'];
  if (typeof journeyId !== 'string') throw new TaskInvalid('A message of the entry queue names its journey.');
  return { ...fact, journeyId };
}

/** @throws TaskInvalid */
export function parseDuePlace(body: unknown): { readonly minute: number; readonly shard: number } {
  const [minute, shard] = isObject(body) ? [body['minute'] as Json, body['shard'] as Json] : [];
  if (typeof minute === 'number' && typeof shard === 'number') return { minute, shard };
  throw new TaskInvalid('A message of the wake queue names a minute and a shard.');
}
