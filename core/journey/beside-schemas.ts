import { either, fullList, keys, map, ruled, type Complaint } from '../shape.ts';
import { codesFileName, country, countBetween, couponCode, holidayDays, id, text, word } from '../values.ts';
import { propertyTypes } from './document.ts';

const schema = text('the address of a schema').optional();
const name = text('a name for people to read');

const inlineCodes = fullList('a list of codes', couponCode);
/** coupons/<id>.coupon.json */
export const couponSchema = ruled(
  keys('an object such as { "id": …, "name": …, "codes": … }', {
    $schema: schema,
    id,
    name,
    codes: either(
      (value) => (Array.isArray(value) ? inlineCodes : codesFileName),
      [inlineCodes, codesFileName],
    ).optional(),
    generate: keys('{ "prefix"?: …, "length"?: … }', {
      prefix: couponCode.optional(),
      length: countBetween(8, 24).optional(),
    }).optional(),
  }),
  codesOrGenerate,
);

function codesOrGenerate(pool: object): Complaint | undefined {
  const given = ['codes', 'generate'].filter((key) => key in pool);
  if (given.length === 1) return undefined;
  const must = 'a pool of codes';
  if (given.length === 0) {
    const sentence = 'The pool has no codes: give a list of them, a file, or { "generate": {} } to have them made.';
    return { code: 'missing-key', must, sentence };
  }
  return { code: 'ambiguous-key', must, sentence: 'This has "codes" and "generate" at once. Keep one of them.' };
}

/** events/<id>.event.json */
export const eventSchema = keys('an object such as { "id": …, "name": … }', {
  $schema: schema,
  id,
  name: text('the name by which senders and documents call the event'),
  description: text('a description').optional(),
  properties: map('property paths with their types, such as { "total": "number" }', word(propertyTypes)).optional(),
});

/** calendars/<id>.json */
export const calendarSchema = keys('an object such as { "id": …, "name": …, "holidays": … }', {
  $schema: schema,
  id: country,
  name,
  holidays: map('holidays with their days, such as { "new-year": "--01-01" }', holidayDays),
});
