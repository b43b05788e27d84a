import type { Documents } from '../../../core/journey/document.ts';
import { addressMessage } from '../../../core/message/message.ts';
import type { Clock, Content, RenderRequest, RenderResult } from '../../../core/ports.ts';
import type { Renderer } from './renderer.ts';

/** Makes the links of one message. */
export interface Links {
  unsubscribe(delivery: {
    readonly deliveryId: string;
    readonly profileId: string;
    readonly channel: string;
    readonly topic?: string;
  }): string;
  preferences(delivery: { readonly profileId: string }): string;
}

/** Templates, rendered and addressed: the content port of both homes. */
export function contentOf(
  renderer: Renderer,
  { workspace, templates }: Pick<Documents, 'workspace' | 'templates'>,
  links: Links,
  clock: Pick<Clock, 'nowMs'>,
): Content {
  const known = new Set(templates.map((file) => `${file.channel}/${file.id}`));
  return {
    async render(request: RenderRequest): Promise<RenderResult> {
      const { channel, templateId, deliveryId, profileId, topic } = request;
      if (!known.has(`${channel}/${templateId}`))
        return { kind: 'reference-missing', name: `${channel}/${templateId}` };
      const unsubscribe = links.unsubscribe({ deliveryId, profileId, channel, ...(topic !== undefined && { topic }) });
      const { profile, event, journey } = request.context as never;
      const outcome = renderer.render({
        templateId,
        channel,
        locale: request.locale,
        timeZone: request.timeZone,
        nowMs: clock.nowMs(),
        context: { profile, event, journey, links: { unsubscribe, preferences: links.preferences({ profileId }) } },
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
