import type { Clock, Content } from '../../core/ports.ts';
import { contentOf, type Links } from '../parts/content/content.ts';
import { rendererOf } from '../parts/content/renderer.ts';
import type { DynamoDefinitions } from './definition-store.ts';

/** The templates that are published now, parsed once for as long as they are. */
export function publishedContent(
  definitions: Pick<DynamoDefinitions, 'current' | 'templates'>,
  links: Links,
  clock: Pick<Clock, 'nowMs'>,
): Content {
  let hash: string | undefined;
  let content: Promise<Content> | undefined;
  const read = async (of: string, workspace: Parameters<typeof rendererOf>[1]): Promise<Content> => {
    const templates = await definitions.templates(of);
    return contentOf(rendererOf(templates, workspace), { workspace, templates }, links, clock);
  };
  return {
    async render(request) {
      const current = await definitions.current();
      if (!content || hash !== current.hash) {
        hash = current.hash;
        content = read(current.hash, current.workspace);
        // What could not be read is asked for again.
        content.catch(() => (content = undefined));
      }
      return (await content).render(request);
    },
  };
}
