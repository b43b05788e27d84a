import type { Asked } from '../../../core/enrollment/ask.ts';
import type { Documents } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import { ownValue } from '../../../core/profile/profile.ts';
import { addressMessage } from '../../../core/message/message.ts';
import type { Clock, Content, RenderRequest, RenderResult } from '../../../core/ports.ts';
import type { Renderer } from './renderer.ts';
import { tablesOf } from './tables.ts';

/** Makes the links of one message. */
export interface Links {
  unsubscribe(delivery: {
    readonly deliveryId: string;
    readonly profileId: string;
    readonly channel: string;
    readonly topic?: string;
  }): string;
  preferences(delivery: { readonly deliveryId: string; readonly profileId: string }): string;
}

/** What published documents give to read: templates, and what steps ask of them. */
export interface PublishedContent extends Content {
  /** Liquid text that a step writes; it may name what a template may, but for links. */
  text(liquid: string, context: JsonObject): Promise<Asked>;
  /** A row of a table. */
  row(table: string, key: string): Promise<Asked>;
}

/** Templates, rendered and addressed, and tables: the content of both homes. */
export function contentOf(
  renderer: Renderer,
  { workspace, templates, tables: sources }: Pick<Documents, 'workspace' | 'templates' | 'tables'>,
  links: Links,
  clock: Pick<Clock, 'nowMs'>,
): PublishedContent {
  const known = new Set(templates.map((file) => `${file.channel}/${file.id}`));
  const tables = tablesOf(sources);
  return {
    async text(liquid, context) {
      const { profile, event, journey, coupon } = context as never;
      const named = { profile, event, journey, coupon, tables };
      const outcome = renderer.text(liquid, { nowMs: clock.nowMs(), context: named });
      if (outcome.kind === 'written') return { kind: 'text', text: outcome.text };
      const reason = outcome.kind === 'missing-value' ? `missing-value: ${outcome.variable}` : outcome.reason;
      return { kind: 'failed', reason, isPermanent: true };
    },
    async row(table, key) {
      const rows = ownValue(tables, table);
      if (!rows) return { kind: 'failed', reason: `unknown-table: ${table}`, isPermanent: true };
      const row = ownValue(rows, key);
      return { kind: 'row', ...(row && { row }) };
    },
    async render(request: RenderRequest): Promise<RenderResult> {
      const { channel, templateId, deliveryId, profileId, topic } = request;
      if (!known.has(`${channel}/${templateId}`))
        return { kind: 'reference-missing', name: `${channel}/${templateId}` };
      const unsubscribe = links.unsubscribe({ deliveryId, profileId, channel, ...(topic !== undefined && { topic }) });
      const { profile, event, journey, coupon } = request.context as never;
      const outcome = renderer.render({
        templateId,
        channel,
        locale: request.locale,
        timeZone: request.timeZone,
        nowMs: clock.nowMs(),
        context: {
          profile,
          event,
          journey,
          coupon,
          tables,
          links: { unsubscribe, preferences: links.preferences({ deliveryId, profileId }) },
        },
      });
      if (outcome.kind === 'missing-value') return { kind: 'missing-value', name: outcome.variable };
      if (outcome.kind === 'render-failed') return outcome;
      const { purpose, to, device } = request;
      try {
        return {
          kind: 'rendered',
          message: addressMessage(outcome.content, {
            deliveryId,
            to,
            ...(device && { device }),
            purpose,
            sender: workspace.sender,
            unsubscribeUrl: unsubscribe,
          }),
        };
      } catch (error) {
        return { kind: 'render-failed', reason: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
