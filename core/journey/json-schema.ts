import { z } from 'zod';
import type { Kind, KindRegistry } from '../kinds.ts';
import { conditionKinds } from '../segment/condition-kinds.ts';
import { where } from '../segment/operator-shapes.ts';
import { optionsOf, type JsonSchema } from '../shape.ts';
import { traitKinds } from '../trait/trait-kinds.ts';
import { calendarSchema, couponSchema, eventSchema, property } from './beside-schemas.ts';
import { ruleKinds, rulesSchema } from './prove/rules.ts';
import { audienceSchema, journeySchema, segmentSchema, workspaceSchema } from './schemas.ts';
import { stepKinds } from './steps/registry.ts';
import { triggerKinds } from './triggers.ts';

/** Things so common that each document defines them once, or that hold their like. */
const shared = new Map<z.core.$ZodType, string>([
  [where, 'where'],
  [property, 'property'],
]);

/** One schema as JSON Schema; conditions, steps and triggers refer to the definitions of the whole. */
function toJson(schema: z.core.$ZodType): JsonSchema {
  const json = z.toJSONSchema(schema, {
    override: ({ zodSchema, jsonSchema }) => {
      const name = zodSchema === schema ? undefined : shared.get(zodSchema);
      const options = name === undefined ? optionsOf(zodSchema) : undefined;
      if (options) Object.assign(jsonSchema, { anyOf: options.map(toJson) });
      if (name === undefined) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      jsonSchema.$ref = `#/$defs/${name}`;
    },
  });
  // Only the whole document names the dialect.
  delete json.$schema;
  return json;
}

/** A thing of one of several kinds; each has a title, which editors show. */
const anyKind = <K extends Kind>({ noun, byKey }: KindRegistry<K>): JsonSchema => ({
  anyOf: [...byKey.values()].map(({ key, schema }) => ({ title: `${key} (${noun})`, ...toJson(schema) })),
});

const dialect = 'https://json-schema.org/draft/2020-12/schema';

const document = (title: string, schema: z.ZodType, definitions: JsonSchema): JsonSchema => ({
  $schema: dialect,
  title,
  ...toJson(schema),
  $defs: definitions,
});

/**
 * JSON Schemas of all documents, for editors: made of the schemas that parse them, so that they say the same. What a
 * key means beyond its shape (a time zone that exists, percents that add up) is for the checks alone.
 */
export function jsonSchemas(): Readonly<
  Record<
    'workspace' | 'segment' | 'audience' | 'journey' | 'coupon' | 'event' | 'calendar' | 'trait' | 'rules',
    JsonSchema
  >
> {
  const conditions = { condition: anyKind(conditionKinds), where: toJson(where) };
  const inJourneys = {
    ...conditions,
    step: anyKind(stepKinds),
    steps: { type: 'array', items: { $ref: '#/$defs/step' } },
    trigger: anyKind(triggerKinds),
  };
  return {
    workspace: document('workspace.json', workspaceSchema, conditions),
    segment: document('A segment', segmentSchema, conditions),
    audience: document('An audience', audienceSchema, conditions),
    journey: document('A journey', journeySchema, inJourneys),
    coupon: document('A coupon pool', couponSchema, {}),
    event: document('An event of the catalogue', eventSchema, { property: toJson(property) }),
    calendar: document('A calendar of holidays', calendarSchema, {}),
    trait: {
      $schema: dialect,
      title: 'A computed trait',
      ...anyKind(traitKinds),
      $defs: conditions,
    },
    rules: document('rules.json', rulesSchema, { rule: anyKind(ruleKinds), where: toJson(where) }),
  };
}
