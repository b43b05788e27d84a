import { valuesAt } from '../../event/event.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { CallStep, CouponStep, LookupStep, TaskStep } from '../document.ts';
import type { Role } from './role.ts';
import { readValue } from './values.ts';

/** How often another system is asked while it does not answer well: at once, after half a minute, after a minute more. */
const callTries = 3;

/** Takes a code from a pool: the same one however often this step of this enrollment asks. */
export const couponRole: Role<CouponStep> = {
  role: 'act',
  act: ({ coupon }) => ({
    kind: 'ask',
    question: { kind: 'coupon', pool: coupon.pool },
    tries: callTries,
    take: (asked) => {
      if (asked.kind === 'failed') return { way: 'empty', failed: asked.reason };
      const code = asked.kind === 'coupon' ? asked.code : undefined;
      return code === undefined ? { way: 'empty', failed: 'pool-empty' } : { saved: { [coupon.as]: code } };
    },
  }),
  ways: (step) => ({ empty: step.otherwise ?? [] }),
};

/** Asks another system, and keeps parts of its answer. */
export const callRole: Role<CallStep> = {
  role: 'act',
  act: ({ call }) => ({
    kind: 'ask',
    question: { kind: 'call', templateId: call.webhook },
    tries: callTries,
    take: (asked) => {
      if (asked.kind === 'failed') return { failed: asked.reason };
      return asked.kind === 'answered' ? { saved: partsOf(asked.body, call.save ?? {}) } : {};
    },
  }),
  channels: () => ['webhook'],
};

/** What the answer lacks is not kept: a later test of it is false. */
function partsOf(body: Json, save: { readonly [name: string]: string }): JsonObject {
  const found = Object.entries(save).flatMap(([name, path]) => {
    const values = isObject(body) ? valuesAt(body as JsonObject, path.split('.')) : [];
    return values.length === 0 ? [] : [[name, values.length === 1 ? values[0]! : values] as const];
  });
  return Object.fromEntries(found);
}

/** Keeps a row of a table. */
export const lookupRole: Role<LookupStep> = {
  role: 'act',
  act: ({ lookup, by, save }, view) => {
    const key = readValue(by, view);
    if (typeof key !== 'string' && typeof key !== 'number') return { kind: 'pass', way: 'missing' };
    return {
      kind: 'ask',
      question: { kind: 'row', table: lookup, key: String(key) },
      tries: callTries,
      take: (asked) => {
        if (asked.kind === 'failed') return { failed: asked.reason };
        return asked.kind === 'row' && asked.row ? { saved: { [save]: asked.row } } : {};
      },
    };
  },
};

/** Asks a colleague to do something. */
export const taskRole: Role<TaskStep> = {
  role: 'act',
  act: ({ task }) => ({
    kind: 'ask',
    question: { kind: 'text', liquid: task.title },
    tries: callTries,
    take: (asked) => {
      if (asked.kind === 'failed') return { failed: asked.reason };
      return asked.kind === 'text' ? { task: { queue: task.queue, title: asked.text } } : {};
    },
  }),
};
