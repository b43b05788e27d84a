import type { Documents } from '../../core/journey/document.ts';
import type { PublishedTemplate } from './content/renderer.ts';

/** Documents as they are published: checked, their templates ready to be rendered. */
export interface Publication {
  /** Of all that is in it: what is published under a hash never changes. */
  readonly hash: string;
  /** Templates without their text. */
  readonly documents: Documents;
  readonly templates: readonly PublishedTemplate[];
}
