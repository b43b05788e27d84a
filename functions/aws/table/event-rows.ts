import { withoutEvent } from '../../../core/profile/moved-facts.ts';
import type { StoredEvent } from '../../../core/event/event.ts';
import type { EventRow, Fact, OutgoingFact } from '../../../core/ports.ts';
import { eventKey, factsKey, profilePartition } from './keys.ts';
import { pack, unpack } from './pack.ts';
import type { Item } from './profile-rows.ts';

/** How long what is no event is kept, which is as long as events are by default: 400 days. */
export const keptMs = 400 * 86_400_000;

/** Seconds, as TTL reads them; the store compares them too, since TTL takes its time. */
export const expiry = (expiresMs: number): Item => ({ expires: { N: String(Math.ceil(expiresMs / 1_000)) } });
export const isExpired = (item: Item, nowMs: number): boolean =>
  Number(item['expires']?.N ?? Infinity) * 1_000 <= nowMs;

type Body = readonly [
  type: StoredEvent['type'],
  properties: StoredEvent['properties'],
  context: StoredEvent['context'],
  receivedMs: number,
  more?: Pick<StoredEvent, 'isSilent' | 'note' | 'named'>,
];

/** An event's row: what makes it one of a kind, and what may be asked for, beside what is only read. */
export function eventItem(event: EventRow, version: number, facts: readonly Fact[]): Item {
  const { profileId, eventId, type, name, properties, context, occurredMs, receivedMs, attemptId } = event;
  const { isSilent, note, named } = event;
  const { pk, sk } = eventKey(profileId, eventId);
  const more = { ...(isSilent && { isSilent }), ...(note !== undefined && { note }), ...(named && { named }) };
  const body: Body = [
    type,
    properties,
    context,
    receivedMs,
    ...(Object.keys(more).length > 0 ? ([more] as const) : ([] as const)),
  ];
  return {
    pk: { S: pk },
    sk: { S: sk },
    v: { N: String(version) },
    n: { S: name },
    at: { N: String(occurredMs) },
    a: { S: attemptId },
    b: { B: pack(body) },
    ...(event.expiresMs !== undefined && expiry(event.expiresMs)),
    ...toldIn(facts),
  };
}

export function readEvent(item: Item): StoredEvent {
  const [type, properties, context, receivedMs, more] = unpack(item['b']!.B!) as unknown as Body;
  return {
    profileId: profileOf(item),
    eventId: item['sk']!.S!.slice(2),
    type,
    name: item['n']!.S!,
    properties,
    context,
    occurredMs: Number(item['at']!.N),
    receivedMs,
    version: Number(item['v']!.N),
    attemptId: item['a']!.S!,
    ...more,
  };
}
const profileOf = (item: Item): string => item['pk']!.S!.slice(profilePartition('').length);

/** An event that becomes part of another timeline, and what was told with it, which stays where it is. */
export function movedItems(
  row: Item,
  {
    from,
    to,
    eventId,
    version,
  }: { readonly from: string; readonly to: string; readonly eventId: string; readonly version: number },
): { readonly arrives: Item; readonly stays?: Item } {
  const { t, out, ...rest } = row;
  const { pk, sk } = eventKey(to, eventId);
  const arrives = { ...rest, pk: { S: pk }, sk: { S: sk }, v: { N: String(version) } };
  if (!t) return { arrives };
  const at = factsKey(from, Number(row['v']!.N));
  const { v, expires } = row;
  const told = (unpack(t.B!) as unknown as readonly Told[]).map(([kind, name, atMs, detail, ...more]) => [
    kind,
    name,
    atMs,
    withoutEvent(detail, eventId),
    ...more,
  ]);
  const stays = {
    pk: { S: at.pk },
    sk: { S: at.sk },
    v: v!,
    t: { B: pack(told) },
    ...(out && { out }),
    ...(expires && { expires }),
  };
  return { arrives, stays };
}

/** Facts of a commit that accepted no event of the person. */
export function factsItem(profileId: string, version: number, facts: readonly Fact[], expiresMs: number): Item {
  const { pk, sk } = factsKey(profileId, version);
  return { pk: { S: pk }, sk: { S: sk }, v: { N: String(version) }, ...expiry(expiresMs), ...toldIn(facts) };
}

type Told = readonly [kind: Fact['kind'], name: string, atMs: number, detail: Fact['detail'], isOutgoing?: 1];

/** `t` holds all that was told; `out` marks rows that the relay is to look at. */
function toldIn(facts: readonly Fact[]): Item {
  if (facts.length === 0) return {};
  const told = facts.map(({ kind, name, atMs, detail, isOutgoing }): Told =>
    isOutgoing ? [kind, name, atMs, detail, 1] : [kind, name, atMs, detail],
  );
  return { t: { B: pack(told) }, ...(facts.some((fact) => fact.isOutgoing) && { out: { N: '1' } }) };
}

/** All that a row of an event or a commit tells. */
export function factsIn(item: Item): readonly OutgoingFact[] {
  const packed = item['t']?.B;
  if (!packed) return [];
  const told = unpack(packed) as unknown as readonly Told[];
  const common = { profileId: profileOf(item), version: Number(item['v']!.N) };
  return told.map(([kind, name, atMs, detail, isOutgoing], index) => ({
    ...common,
    index,
    kind,
    name,
    atMs,
    detail,
    isOutgoing: isOutgoing === 1,
  }));
}
