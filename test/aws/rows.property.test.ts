import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Enrollment } from '../../core/enrollment/enrollment.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Delivery } from '../../core/message/delivery.ts';
import type { EventRow, Fact } from '../../core/ports.ts';
import type { Profile } from '../../core/profile/profile.ts';
import { imageOf } from '../../functions/aws/stream-image.ts';
import { eventItem, factsIn, factsItem, movedItems, readEvent } from '../../functions/aws/table/event-rows.ts';
import { coldItem, hotItem, membershipsOf, readProfile, type Item } from '../../functions/aws/table/profile-rows.ts';
import {
  deliveryItem,
  dueItem,
  enrollmentItem,
  readDelivery,
  readDue,
  readEnrollment,
} from '../../functions/aws/table/rows.ts';
import { aDelivery, aFact, anEnrollment, anEvent, aProfile } from '../contracts/rows.ts';
import { runs } from '../properties.ts';
import { asLambdaRecords } from './lambda-records.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-ascii' }), fc.constant('__proto__'));
const word = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((one) => !one.includes('#'));
const instant = fc.integer({ min: 0, max: 4_102_444_800_000 });
/** As it came in: what JSON cannot say never reaches a row. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);
const object = fc.dictionary(text, json) as fc.Arbitrary<JsonObject>;
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 4 });
const stamped = <T>(value: fc.Arbitrary<T>) => fc.record({ value, ms: instant, id: text });
const partial = <T>(fields: { [K in keyof T]?: fc.Arbitrary<T[K]> }) =>
  fc.record(fields as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] }) as unknown as fc.Arbitrary<
    Partial<T>
  >;

const since = fc.dictionary(text, instant);
const profile = partial<Profile>({
  mergedInto: word,
  mergedIds: some(fc.record({ profileId: word, version: fc.nat(), atMs: instant })),
  isErased: fc.boolean(),
  createdMs: instant,
  identifiers: some(
    fc.record({ kind: text, value: text, isVerified: fc.boolean(), resolves: fc.boolean(), ms: instant, id: text }),
  ),
  traits: fc.dictionary(text, stamped(json)),
  timeZone: stamped(text),
  locale: stamped(text),
  consent: fc.dictionary(text, stamped(fc.constantFrom('granted' as const, 'denied' as const))),
  convertedMs: instant,
  groups: fc.dictionary(text, stamped(text)),
  conditions: fc.dictionary(text, json),
  segments: since,
  audiences: since,
  slots: some(fc.record({ deliveryId: word, ms: instant, channel: text, purpose: fc.constant('marketing' as const) })),
  assignments: fc.dictionary(text, text),
  dueMs: instant,
}).map((over) => aProfile('p1', over));
const event = partial<EventRow>({
  name: text,
  properties: object,
  context: object,
  occurredMs: instant,
  receivedMs: instant,
  attemptId: text,
  isSilent: fc.constant(true),
  note: text,
});
const facts = some(
  partial<Fact>({ name: text, detail: object, atMs: instant, isOutgoing: fc.boolean() }).map((over) =>
    aFact('x', over),
  ),
);

/** Through the stream, as Lambda hands it over. */
const streamed = (item: Item): Item =>
  imageOf(asLambdaRecords([{ eventID: '1', eventName: 'INSERT', dynamodb: { NewImage: item } }])[0]!)!;

describe('what is packed into rows comes back as it was', () => {
  it('a profile, from its two rows', () => {
    fc.assert(
      fc.property(profile, fc.integer({ min: 1 }), (one, version) => {
        const rows = [hotItem(one, version, 1), coldItem(one, 1)];
        expect(readProfile('p1', rows)).toEqual({ profile: one, version, coldVersion: 1 });
        expect(readProfile('p1', [rows[0]!, coldItem(one, 2)])).toBe('torn');
        expect(membershipsOf(rows[0])).toEqual({ segments: one.segments, audiences: one.audiences });
      }),
      runs(4_000),
    );
  });

  it('an event and the facts that stand in it', () => {
    fc.assert(
      fc.property(event, word, facts, fc.integer({ min: 1 }), (over, eventId, told, version) => {
        const row = anEvent('p1', eventId, over);
        const item = eventItem(row, version, told);
        expect(readEvent(item)).toEqual({ ...row, version });
        for (const found of [item, factsItem('p1', version, told, 0), streamed(item)])
          expect(factsIn(found)).toEqual(told.map((fact, index) => ({ ...fact, version, index })));
      }),
      runs(4_000),
    );
  });

  it('an event that moves, and what stays of its facts', () => {
    fc.assert(
      fc.property(event, facts, object, fc.integer({ min: 1, max: 1_000 }), (over, told, properties, version) => {
        const own = aFact('own', { detail: { eventId: 'm1', occurredMs: 5, properties } });
        const row = anEvent('p1', 'm1', over);
        const others = told.filter(({ detail }) => detail['eventId'] !== 'm1');
        const item = eventItem(row, version, [...others, own]);
        const { arrives, stays } = movedItems(item, { from: 'p1', to: 'p2', eventId: 'm1', version: 9 });
        expect(readEvent(arrives)).toEqual({ ...row, profileId: 'p2', version: 9 });
        expect(factsIn(arrives)).toEqual([]);
        const kept = [...others, { ...own, detail: { occurredMs: 5 } }];
        expect(factsIn(stays!)).toEqual(kept.map((fact, index) => ({ ...fact, version, index })));
      }),
      runs(2_000),
    );
  });

  it('an enrollment and a delivery', () => {
    const enrollment = partial<Enrollment>({
      profileId: word,
      key: text,
      enteredMs: instant,
      goalReachedMs: instant,
      saved: object,
      path: some(word),
      watches: fc.dictionary(text, json),
      hop: fc.nat(),
      dueMs: instant,
    });
    const delivery = partial<Delivery>({
      profileId: word,
      atMs: instant,
      detail: text,
      to: text,
      topic: text,
      reason: fc.constantFrom('no-consent', 'expired'),
      status: fc.constantFrom('handing', 'sent'),
    });
    fc.assert(
      fc.property(enrollment, delivery, (one, other) => {
        expect(readEnrollment(enrollmentItem(anEnrollment('e1', one)))).toEqual(anEnrollment('e1', one));
        expect(readDelivery(deliveryItem(aDelivery('d1', other)))).toEqual(aDelivery('d1', other));
      }),
      runs(4_000),
    );
  });

  it('a due row, under whatever minute it stands', () => {
    fc.assert(
      fc.property(word, fc.string({ minLength: 1 }), instant, fc.nat(), (profileId, subject, dueMs, minute) => {
        const due = { profileId, subject, dueMs };
        expect(readDue(dueItem(due, minute))).toEqual(due);
      }),
      runs(2_000),
    );
  });
});
