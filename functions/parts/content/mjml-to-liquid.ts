import { convert } from 'html-to-text';
import mjml2html from 'mjml';
import {
  guardOutput,
  isOutput,
  localNames,
  shield,
  unshield,
  urlRoles,
  type Role,
  type Shielded,
} from './liquid-tags.ts';

/** The body of an email template, without front matter; `locale` is the language of the mail. */
export interface MjmlSource {
  readonly body: string;
  readonly preheader?: string;
  readonly locale: string;
}
/** An email template as two Liquid templates. */
export interface CompiledMjml {
  readonly html: string;
  readonly text: string;
  /** What MJML could not use, as sentences. */
  readonly warnings: readonly string[];
}

// MJML shows text only inside these; between the others a Liquid tag needs an mj-raw around it.
const textElements = new Set(
  'mj-text mj-button mj-raw mj-table mj-style mj-title mj-preview mj-social-element mj-navbar-link mj-accordion-title mj-accordion-text mj-html-attributes'.split(
    ' ',
  ),
);

/**
 * Compiles MJML to Liquid, once per template. Liquid may stand anywhere: in text and attributes, and tags such as
 * `{% for … %}` also between sections, columns and rows, where each gets the `mj-raw` that MJML asks for.
 */
export async function mjmlToLiquid({ body, preheader, locale }: MjmlSource): Promise<CompiledMjml> {
  const shielded = shield(withLanguage(withPreview(body, preheader), locale));
  const { mjml, strays } = wrapControls(shielded);
  const { html, errors } = await mjml2html(mjml, {
    validationLevel: 'soft',
    keepComments: false,
    ignoreIncludes: true,
    // MJML would fetch its default font from a third party in every mail, and so tell it who reads.
    fonts: {},
  });
  const roles = rolesIn(html, shielded);
  const locals = localNames(shielded.tags);
  const write = (tag: string, index: number): string =>
    isOutput(tag) ? guardOutput(tag, roles.get(index) ?? 'text', locals) : tag;
  const readable = (sentence: string): string => unshield(sentence, shielded, (tag) => tag);
  return {
    html: unshield(squeeze(html), shielded, write),
    text: unshield(joinControls(toText(html), shielded), shielded, write),
    warnings: [
      ...errors.map((error) => readable(`<${error.tagName}>: ${error.message}`)),
      ...strays.map((tag) => `${tag} stands where MJML shows no text. Put it into an <mj-text>.`),
    ],
  };
}

function withPreview(body: string, preheader: string | undefined): string {
  if (preheader === undefined || body.includes('<mj-preview')) return body;
  const preview = `<mj-preview>${preheader}</mj-preview>`;
  if (/<mj-head\s*>/.test(body)) return body.replace(/<mj-head\s*>/, (tag) => tag + preview);
  return body.replace(/<mjml[^>]*>/, (tag) => `${tag}<mj-head>${preview}</mj-head>`);
}

/** Screen readers choose their voice by it. */
const withLanguage = (body: string, locale: string): string =>
  body.replace(/<mjml(?![^>]*\slang=)/, `<mjml lang="${locale.replace(/[^\w-]/g, '')}"`);

/** Wraps control tags between structural elements, and lists the outputs that stand there. */
function wrapControls({ text, tags, pattern }: Shielded): { mjml: string; strays: string[] } {
  const strays: string[] = [];
  const token = new RegExp(
    `<!--[\\s\\S]*?-->|<(/?)([a-zA-Z][\\w-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>|${pattern.source}`,
    'g',
  );
  let textElement: string | undefined;
  const mjml = text.replace(token, (found: string, slash: string, name: string, rest: string, index: string) => {
    if (index !== undefined) {
      if (textElement !== undefined) return found;
      const tag = tags[Number(index)] ?? '';
      if (!isOutput(tag)) return `<mj-raw>${found}</mj-raw>`;
      strays.push(tag);
    } else if (name !== undefined && textElement === undefined) {
      if (slash === '' && textElements.has(name) && !rest.endsWith('/')) textElement = name;
    } else if (slash === '/' && name === textElement) textElement = undefined;
    return found;
  });
  return { mjml, strays };
}

const urlAttribute = /\s(?:href|src|background|action)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;

function rolesIn(html: string, shielded: Shielded): ReadonlyMap<number, Role> {
  const urls = [...html.matchAll(urlAttribute)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return new Map(urls.flatMap((url) => [...urlRoles(url, shielded)]));
}

/** Indentation is a third of MJML's output, and every message would carry it; `pre` keeps its own. */
function squeeze(html: string): string {
  return /<pre|<textarea|white-space:\s*pre/.test(html) ? html : html.replace(/\n\s+/g, '\n').trim();
}

function toText(html: string): string {
  const text = convert(html.replace(/<\/td>/g, ' </td>'), {
    wordwrap: false,
    selectors: [
      { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
      // Each mj-text is a div; rows of tables stay together.
      { selector: 'div', format: 'block', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } },
      { selector: 'img', format: 'skip' },
      { selector: 'div[style*="display:none"]', format: 'skip' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  });
  return text.trim();
}

/** A control tag on a line of its own would leave that line behind, empty, each time it is passed. */
function joinControls(text: string, { tags, pattern }: Shielded): string {
  return text.replace(new RegExp(`^[^\\S\\n]*${pattern.source}[^\\S\\n]*\\n`, 'gm'), (line: string, index: string) =>
    isOutput(tags[Number(index)] ?? '') ? line : line.trim(),
  );
}
