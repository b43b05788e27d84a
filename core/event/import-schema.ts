import { z } from 'zod';
import type { Json } from '../json.ts';
import { callTypes } from './event.ts';

/** How a column's text is read; a bare name for the plain types. Prices keep their decimals exactly. */
const Column = z.union(
  [
    z.enum(['text', 'integer', 'instant']),
    z.strictObject({ decimal: z.int().min(0).max(6) }),
    z.strictObject({ time: z.string(), zone: z.string() }),
  ],
  {
    error:
      'A column is "text", "integer", "instant", { "decimal": most decimals } or { "time": "YYYY-MM-DD HH:mm", "zone": an IANA zone }.',
  },
);
export type Column = z.infer<typeof Column>;

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Test = z.strictObject({
  is: Scalar.optional(),
  isNot: Scalar.optional(),
  in: z.array(Scalar).optional(),
  notIn: z.array(Scalar).optional(),
  exists: z.boolean().optional(),
  startsWith: z.string().optional(),
  contains: z.string().optional(),
  above: z.number().optional(),
  atLeast: z.number().optional(),
  below: z.number().optional(),
  atMost: z.number().optional(),
});
/** Column → what it must be; all must hold. An empty column makes its test false, `exists` apart. */
const LineTest = z.record(
  z.string(),
  z.union([Scalar, Test], {
    error:
      'A test is a value, or an object of is, isNot, in, notIn, exists, startsWith, contains, above, atLeast, below and atMost.',
  }),
);
export type LineTest = z.infer<typeof LineTest>;

/** What a field of a message holds: written as it is, or taken from the lines. */
export type Value =
  | string
  | number
  | boolean
  | null
  | { readonly column: string }
  | { readonly text: string }
  | {
      readonly sum: string | readonly string[];
      readonly of?: string | undefined;
      readonly decimals?: number | undefined;
    }
  | { readonly count: string }
  | { readonly each: { readonly [field: string]: Value }; readonly of?: string | undefined }
  | { readonly [field: string]: Value };

const valueSentence =
  'A value is plain JSON, or one of { "column" }, { "text" }, { "sum", "of"?, "decimals"? }, { "count" }, { "each", "of"? }.';
const markers = ['column', 'text', 'sum', 'count', 'each'] as const;
const Value: z.ZodType<Value> = z.lazy(() =>
  z.union(
    [
      Scalar,
      z.null(),
      z.strictObject({ column: z.string() }),
      z.strictObject({ text: z.string() }),
      z.strictObject({
        sum: z.union([z.string(), z.array(z.string()).min(1)]),
        of: z.string().optional(),
        decimals: z.int().min(0).max(6).optional(),
      }),
      z.strictObject({ count: z.string() }),
      z.strictObject({ each: z.record(z.string(), Value), of: z.string().optional() }),
      z
        .record(z.string(), Value)
        .refine((fields) => !markers.some((marker) => Object.hasOwn(fields, marker)), { error: valueSentence }),
    ],
    { error: valueSentence },
  ),
);

const MessageTemplate = z.strictObject({
  when: LineTest.optional(),
  whenSome: z.string().optional(),
  type: z.enum(callTypes),
  messageId: Value,
  timestamp: Value,
  userId: Value.optional(),
  anonymousId: Value.optional(),
  previousId: Value.optional(),
  groupId: Value.optional(),
  event: Value.optional(),
  name: Value.optional(),
  traits: z.record(z.string(), Value).optional(),
  properties: z.record(z.string(), Value).optional(),
  context: z.record(z.string(), Value).optional(),
});
/** One message to make of a group of lines, if its tests hold. */
export type MessageTemplate = z.infer<typeof MessageTemplate>;

/** The whole document. */
export const ImportMap = z.strictObject({
  $schema: z.string().optional(),
  name: z.string(),
  columns: z.record(z.string(), Column),
  groupBy: z.string().optional(),
  keepOpen: z.int().min(0).max(1_000).default(0),
  same: z.array(z.string()).default([]),
  lines: z.record(z.string(), LineTest).default({}),
  messages: z.array(z.union([z.strictObject({ oneOf: z.array(MessageTemplate).min(1) }), MessageTemplate])).min(1),
});
/** How the lines of a table become messages of the intake; see docs/importing.md. */
export type ImportMap = z.infer<typeof ImportMap>;

/** Formats of local times that can be read. */
export const timeFormats = [
  'YYYY-MM-DD HH:mm',
  'YYYY-MM-DD HH:mm:ss',
  'YYYY-MM-DD',
  'DD/MM/YYYY HH:mm',
  'MM/DD/YYYY HH:mm',
] as const;

type Composite = Exclude<Value, Json & (string | number | boolean | null)>;
/** Whether a value is taken from one column. */
export const isColumn = (value: Composite): value is { readonly column: string } => Object.hasOwn(value, 'column');
/** Whether a value is a text with placeholders. */
export const isText = (value: Composite): value is { readonly text: string } => Object.hasOwn(value, 'text');
/** Whether a value counts lines. */
export const isCount = (value: Composite): value is { readonly count: string } => Object.hasOwn(value, 'count');
/** Whether a value adds up lines. */
export const isSum = (value: Composite): value is Extract<Value, { readonly sum: string | readonly string[] }> =>
  Object.hasOwn(value, 'sum');
/** Whether a value is a list with one element per line. */
export const isEach = (
  value: Composite,
): value is { readonly each: { readonly [field: string]: Value }; readonly of?: string | undefined } =>
  Object.hasOwn(value, 'each');
