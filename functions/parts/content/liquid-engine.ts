import { escapeHtml } from '../escape-html.ts';
import { Liquid } from 'liquidjs';
import type { Workspace } from '../../../core/journey/document.ts';
import { formatDate, type DateSettings } from './format-date.ts';
import { printed, renderDirectly } from './direct-render.ts';
import { withLazyDefaults } from './lazy-defaults.ts';
import { MissingValueError, UnfitMessageError } from './template-failures.ts';

/** How a template's output is written: into HTML, as it is, or as JSON that keeps its type. */
export type OutputKind = 'html' | 'plain' | 'typed';
/** A template, compiled; runs with the values it may name and the settings of its filters. */
export type RunTemplate = (scope: object, settings: DateSettings) => unknown;
/** Compiles one template. */
export type CompileTemplate = (source: string, kind: OutputKind) => RunTemplate;

// Tags that read files, or that print past the guards of liquid-tags.ts.
const forbiddenTags = ['include', 'render', 'layout', 'block', 'echo', 'liquid', 'increment', 'decrement'];
const limits = { parseLimit: 2_000_000, renderLimit: 1_000, memoryLimit: 20_000_000 };
// Not a string, so that no template can name it.
const settingsKey = Symbol('settings');

interface FilterThis {
  readonly context: { readonly globals: object; readonly memoryLimit: { use(count: number): void } };
}
const settingsOf = (filter: FilterThis): DateSettings =>
  (filter.context.globals as { readonly [settingsKey]: DateSettings })[settingsKey];

/** Compilers that share one set of filters and limits; `speedUp` may replace how text is rendered, not what. */
export function createCompiler(workspace: Workspace, speedUp = renderDirectly): CompileTemplate {
  const engines: { readonly [kind in OutputKind]: Liquid } = {
    html: createEngine(workspace, { outputEscape: printedHtml }),
    plain: createEngine(workspace, {}),
    typed: createEngine(workspace, { keepOutputType: true }),
  };
  speedUp(engines.html);
  speedUp(engines.plain);
  return (source, kind) => {
    const engine = engines[kind];
    const templates = [...withLazyDefaults(engine.parse(source))];
    return (scope, settings) => engine.renderSync(templates, scope, { globals: { [settingsKey]: settings } });
  };
}

function createEngine(
  workspace: Workspace,
  kind: { outputEscape?: typeof printedHtml; keepOutputType?: boolean },
): Liquid {
  const engine = new Liquid({
    ...limits,
    ...kind,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    // No template has a file: includes find an empty folder even if a tag were to come back.
    templates: {},
  });
  for (const tag of forbiddenTags) delete engine.tags[tag];
  registerFilters(engine, workspace, kind.outputEscape !== undefined);
  return engine;
}

function registerFilters(engine: Liquid, workspace: Workspace, isHtml: boolean): void {
  engine.registerFilter('required', (value: unknown, name: string) => {
    if (value === undefined || value === null || value === '') throw new MissingValueError(name);
    return value;
  });
  engine.registerFilter('assigned', (value: unknown, name: string) => {
    if (value === undefined || value === null) throw new MissingValueError(name);
    return value;
  });
  engine.registerFilter(
    'append',
    joined((value, other) => value + other),
  );
  engine.registerFilter(
    'prepend',
    joined((value, other) => other + value),
  );
  engine.registerFilter('money', function (this: FilterThis, value: unknown, currency?: string) {
    return money(value, currency ?? workspace.currency, settingsOf(this).locale);
  });
  engine.registerFilter('date', function (this: FilterThis, value: unknown, format?: string, timeZone?: string) {
    if (value === undefined || value === null || value === '') return value;
    const settings = settingsOf(this);
    const text = formatDate(value, format ?? '%F', timeZone === undefined ? settings : { ...settings, timeZone });
    if (text === undefined) throw new UnfitMessageError('A value given to "date" is no date.');
    return text;
  });
  engine.registerFilter('link', safeLink);
  engine.registerFilter('url_query_part', (value: unknown) => encodeURIComponent(wellFormed(value)));
  engine.registerFilter('url_path_part', (value: unknown) =>
    encodeURIComponent(wellFormed(value)).replace(/%(?:2F|40|3A|2C)/g, decodeURIComponent),
  );
  if (!isHtml) return;
  // Every output is escaped at its end, so these must not do it a second time.
  engine.registerFilter('escape', (value: unknown) => value);
  engine.registerFilter('escape_once', (value: unknown) => value);
  engine.registerFilter('newline_to_br', {
    raw: true,
    handler: (value: unknown) => printedHtml(value).replace(/\r?\n/g, '<br />\n'),
  });
}

function joined(join: (value: string, other: string) => string) {
  return function (this: FilterThis, value: unknown, other: unknown): string | undefined {
    if (other === undefined || other === null) throw new MissingValueError('in a text that is put together');
    if (value === undefined || value === null) return undefined;
    const text = join(String(value), String(other));
    // A loop that doubles a text would go on to the longest one that there can be.
    this.context.memoryLimit.use(text.length);
    return text;
  };
}

const formatters = new Map<string, Intl.NumberFormat>();

function money(value: unknown, currency: string, locale: string): unknown {
  if (value === undefined || value === null || value === '') return value;
  const amount = typeof value === 'number' ? value : Number(typeof value === 'string' ? value : NaN);
  if (!Number.isFinite(amount)) throw new UnfitMessageError('A value given to "money" is no amount.');
  const key = `${locale} ${currency}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    if (!/^[A-Za-z]{3}$/.test(currency)) throw new UnfitMessageError('A currency given to "money" is none.');
    if (formatters.size > 1_000) formatters.clear();
    formatter = new Intl.NumberFormat(locale, { style: 'currency', currency });
    formatters.set(key, formatter);
  }
  return formatter.format(amount);
}

const wellFormed = (value: unknown): string => String(value).toWellFormed();

/** A link may lead to the web, a mailbox or a telephone; a script or a file is refused. */
function safeLink(value: unknown): string {
  const url = wellFormed(value).trim();
  // Browsers skip tabs and line breaks inside a scheme.
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url.replace(/[\s\p{Cc}]/gu, ''))?.[1]?.toLowerCase();
  if (scheme !== undefined && !['http', 'https', 'mailto', 'tel', 'sms', 'cid'].includes(scheme)) {
    throw new UnfitMessageError(`A link would begin with "${scheme}:".`);
  }
  return url.replace(/[^!#-;=?-Z[\]_a-z~]/gu, encodeURIComponent);
}

const printedHtml = (value: unknown): string => escapeHtml(printed(value));
