import type { Asked } from '../core/enrollment/ask.ts';
import type { JsonObject } from '../core/json.ts';
import type { RenderRequest, RenderResult } from '../core/ports.ts';
import type { PublishedContent } from '../functions/parts/content/content.ts';

/** Templates and tables of what is published at the moment. */
export class HomeContent implements PublishedContent {
  private current: PublishedContent;
  constructor(current: PublishedContent) {
    this.current = current;
  }
  use(current: PublishedContent): void {
    this.current = current;
  }
  render(request: RenderRequest): Promise<RenderResult> {
    return this.current.render(request);
  }
  text(liquid: string, context: JsonObject): Promise<Asked> {
    return this.current.text(liquid, context);
  }
  row(table: string, key: string): Promise<Asked> {
    return this.current.row(table, key);
  }
}
