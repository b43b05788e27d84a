import type { Workspace, ReferenceTable } from '../../../core/journey/document.ts';
import type { Clock } from '../../../core/ports.ts';
import { contentOf, type Links, type PublishedContent } from '../../parts/content/content.ts';
import { rendererOf, type PublishedTemplate } from '../../parts/content/renderer.ts';

/** Templates and tables, ready to be read. */
export const openTemplates = (
  templates: readonly PublishedTemplate[],
  tables: readonly ReferenceTable[],
  { workspace, links, clock }: { workspace: Workspace; links: Links; clock: Pick<Clock, 'nowMs'> },
): PublishedContent => contentOf(rendererOf(templates, workspace), { workspace, templates, tables }, links, clock);
