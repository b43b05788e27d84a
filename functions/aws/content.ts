import type { Clock } from '../../core/ports.ts';
import type { Definitions } from '../../core/definitions.ts';
import type { Links, PublishedContent } from '../parts/content/content.ts';
import type { DynamoDefinitions } from './definition-store.ts';

/** The templates and tables that are published now, read and parsed once for as long as they are. */
export function publishedContent(
  definitions: Pick<DynamoDefinitions, 'current' | 'templates' | 'tables'>,
  links: Links,
  clock: Pick<Clock, 'nowMs'>,
): PublishedContent {
  let hash: string | undefined;
  let content: Promise<PublishedContent> | undefined;
  const read = async (of: Definitions): Promise<PublishedContent> => {
    // Liquid is a fifth of what a touch would load at its start, and many touches write nothing.
    const [{ openTemplates }, templates, tables] = await Promise.all([
      import('./open/templates.ts'),
      definitions.templates(of.hash),
      of.tables.size === 0 ? [] : definitions.tables(of.hash),
    ]);
    return openTemplates(templates, tables, { workspace: of.workspace, links, clock });
  };
  const current = async (): Promise<PublishedContent> => {
    const published = await definitions.current();
    if (!content || hash !== published.hash) {
      hash = published.hash;
      content = read(published);
      // What could not be read is asked for again.
      content.catch(() => (content = undefined));
    }
    return content;
  };
  return {
    render: async (request) => (await current()).render(request),
    text: async (liquid, context) => (await current()).text(liquid, context),
    row: async (table, key) => (await current()).row(table, key),
  };
}
