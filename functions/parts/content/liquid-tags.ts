/** How an output is used: as text, as (the start of) a link, or as a piece of one. */
export type Role = 'text' | 'link' | 'url-path' | 'url-query';

/** A text whose Liquid tags were exchanged for words that other languages leave alone. */
export interface Shielded {
  readonly text: string;
  readonly tags: readonly string[];
  /** Matches one such word; its only group is the index in `tags`. */
  readonly pattern: RegExp;
}

const tagShape =
  /\{%-?\s*raw\s*-?%\}[\s\S]*?\{%-?\s*endraw\s*-?%\}|\{%-?\s*comment\s*-?%\}[\s\S]*?\{%-?\s*endcomment\s*-?%\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** Whether a tag prints a value. */
export const isOutput = (tag: string): boolean => tag.startsWith('{{');

/** Exchanges the Liquid tags of a text for words. */
export function shield(source: string): Shielded {
  let word = 'LIQUID';
  while (source.includes(word)) word += 'Q';
  const tags: string[] = [];
  const text = source.replace(tagShape, (tag) => `${word}${tags.push(tag) - 1}Z`);
  return { text, tags, pattern: new RegExp(`${word}(\\d+)Z`, 'g') };
}

/** Puts the tags back, each as `write` has it. */
export function unshield(
  text: string,
  { tags, pattern }: Shielded,
  write: (tag: string, index: number) => string,
): string {
  return text.replace(pattern, (_, index: string) => write(tags[Number(index)] ?? '', Number(index)));
}

/** The roles of the outputs in one URL, by index: those before any letter of it decide where the link leads. */
export function urlRoles(url: string, { tags, pattern }: Shielded): ReadonlyMap<number, Role> {
  const roles = new Map<number, Role>();
  let literal = '';
  let end = 0;
  for (const match of url.matchAll(pattern)) {
    literal += url.slice(end, match.index);
    end = match.index + match[0].length;
    const index = Number(match[1]);
    if (!isOutput(tags[index] ?? '')) continue;
    roles.set(index, literal.trim() === '' ? 'link' : /[?#]/.test(literal) ? 'url-query' : 'url-path');
  }
  return roles;
}

/** Names that a template gives to values itself; they may be empty on purpose. */
export function localNames(tags: readonly string[]): ReadonlySet<string> {
  const names = tags.map((tag) => /^\{%-?\s*(?:assign|capture)\s+["']?([\w-]+)/.exec(tag)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}

const filterFor: { readonly [role in Role]: string } = {
  text: '',
  link: ' | link',
  'url-path': ' | url_path_part',
  'url-query': ' | url_query_part',
};
const ownEncoding = new Set(['url_encode', 'url_escape', 'url_param_escape', 'cgi_escape', 'uri_escape', 'raw']);

/**
 * An output tag that refuses to print nothing, and that is safe in its place. A missing or empty value stops the
 * rendering unless the tag has a `default`, wherever in it; a value in a URL is encoded unless the tag does it itself.
 */
export function guardOutput(tag: string, role: Role, locals: ReadonlySet<string>): string {
  const [, open = '', inner = '', close = ''] = /^(\{\{-?)([\s\S]*?)(-?\}\})$/.exec(tag) ?? [];
  const [head = '', ...filters] = splitFilters(inner).map((part) => part.trim());
  if (head === '') return tag;
  const names = filters.map((filter) => /^\w+/.exec(filter)?.[0] ?? '');
  const rest = filters.map((filter) => ` | ${filter}`).join('');
  const encoded = names.some((name) => ownEncoding.has(name)) ? '' : filterFor[role];
  return `${open} ${head}${guardFor(head, names, locals)}${rest}${encoded} ${close}`;
}

function guardFor(head: string, filterNames: readonly string[], locals: ReadonlySet<string>): string {
  // Liquid forgives an unknown variable only where `default` comes first.
  if (filterNames.includes('default')) return filterNames[0] === 'default' ? '' : " | default: ''";
  const root = /^[A-Za-z_][\w-]*/.exec(head)?.[0];
  if (root === undefined) return '';
  const filter = locals.has(root) ? 'assigned' : 'required';
  return ` | ${filter}: '${head.replace(/['\\]/g, '"')}'`;
}

/** The value and its filters; nothing for a text with a lone quote, which Liquid itself will refuse. */
function splitFilters(inner: string): string[] {
  const parts = inner.match(/(?:"[^"]*"|'[^']*'|[^|"'])+/g) ?? [];
  return parts.join('|') === inner ? parts : [];
}

/** Guards every output of a text that is one value: plain text, or a URL. */
export function guardText(source: string, kind: 'text' | 'url'): string {
  const shielded = shield(source);
  const locals = localNames(shielded.tags);
  const roles = kind === 'url' ? urlRoles(shielded.text, shielded) : new Map<number, Role>();
  return unshield(shielded.text, shielded, (tag, index) =>
    isOutput(tag) ? guardOutput(tag, roles.get(index) ?? 'text', locals) : tag,
  );
}
