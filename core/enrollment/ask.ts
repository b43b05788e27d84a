import type { Json, JsonObject } from '../json.ts';
import type { RenderRequest } from '../ports.ts';

/**
 * What a step asks of the world beside a message. The same `askId` stands for the same question however often it is
 * asked: a coupon's answer stays the same, and whoever is called can tell a repeat by it.
 */
export type Ask =
  | { readonly kind: 'coupon'; readonly askId: string; readonly pool: string }
  | { readonly kind: 'row'; readonly askId: string; readonly table: string; readonly key: string }
  /** A webhook template, rendered and sent; what it answers is read as JSON. */
  | { readonly kind: 'call'; readonly askId: string; readonly request: RenderRequest }
  /** At which hours everybody answers, for whom too little is known; theirs are added to it. 24 counts each. */
  | { readonly kind: 'hours'; readonly askId: string; readonly own: readonly number[] }
  /** Liquid text, such as the title of a task. */
  | { readonly kind: 'text'; readonly askId: string; readonly liquid: string; readonly context: JsonObject };

/** What came of it. */
export type Asked =
  /** `code` is absent where the pool is empty. */
  | { readonly kind: 'coupon'; readonly code?: string }
  /** `row` is absent where the table has none with this key; its columns by name. */
  | { readonly kind: 'row'; readonly row?: JsonObject }
  | { readonly kind: 'answered'; readonly body: Json }
  | { readonly kind: 'hours'; readonly everyone: readonly number[] }
  | { readonly kind: 'text'; readonly text: string }
  /** The document or the person lacks something (permanent), or the other side did not answer well. */
  | { readonly kind: 'failed'; readonly reason: string; readonly isPermanent: boolean };

/** Where steps ask. Never throws for what the other side does wrong. */
export interface Asking {
  ask(ask: Ask): Promise<Asked>;
}
