import type { Ask, Asked, Asking } from '../../../core/enrollment/ask.ts';
import type { CouponPool } from '../../../core/journey/document.ts';
import type { DefinitionStore } from '../../../core/ports.ts';
import type { Call } from '../channels/call.ts';
import type { PublishedContent } from '../content/content.ts';

/** Gives codes out, each of them once. */
export interface Coupons {
  /**
   * The code that belongs to an ask: the same one however often it is asked for, and nobody else's.
   * @returns undefined where the pool has none left
   */
  claim(pool: CouponPool, askId: string): Promise<string | undefined>;
}
/** At which hours of the day people answer messages, all of them together. */
export interface Hours {
  /**
   * Adds the hours of one person, 24 counts. Whoever asks often weighs more, and a repeat counts again: it only says at
   * which hours to try somebody of whom nothing is known.
   * @returns everybody's
   */
  learn(own: readonly number[]): Promise<readonly number[]>;
}
/** Where the answers come from. */
export interface AskingParts {
  readonly definitions: Pick<DefinitionStore, 'current'>;
  readonly content: PublishedContent;
  readonly coupons: Coupons;
  readonly call: Call;
  readonly hours: Hours;
}

/** What steps ask of the world, put to whoever knows. */
export function askingOf({ definitions, content, coupons, call, hours }: AskingParts): Asking {
  const claim = async ({ pool: id, askId }: Of<'coupon'>): Promise<Asked> => {
    const pool = (await definitions.current()).coupons.get(id);
    if (!pool) return { kind: 'failed', reason: `unknown-pool: ${id}`, isPermanent: true };
    const code = await coupons.claim(pool, askId);
    return { kind: 'coupon', ...(code !== undefined && { code }) };
  };
  const callBy = async ({ askId, request }: Of<'call'>): Promise<Asked> => {
    const result = await content.render(request);
    switch (result.kind) {
      case 'rendered':
        if (result.message.channel === 'webhook') return call(askId, result.message);
        return { kind: 'failed', reason: `not-a-webhook: ${request.templateId}`, isPermanent: true };
      case 'render-failed':
        return { kind: 'failed', reason: `render-failed: ${result.reason}`, isPermanent: true };
      case 'missing-value':
      case 'reference-missing':
        return { kind: 'failed', reason: `${result.kind}: ${result.name}`, isPermanent: true };
    }
  };
  return {
    ask(ask) {
      switch (ask.kind) {
        case 'coupon':
          return claim(ask);
        case 'row':
          return content.row(ask.table, ask.key);
        case 'call':
          return callBy(ask);
        case 'hours':
          return hours.learn(ask.own).then((everyone) => ({ kind: 'hours', everyone }));
        case 'text':
          return content.text(ask.liquid, ask.context);
      }
    },
  };
}
type Of<Kind extends Ask['kind']> = Extract<Ask, { readonly kind: Kind }>;
