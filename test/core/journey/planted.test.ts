import { expect, it } from 'vitest';
import { checkDocuments } from '../../../core/journey/check.ts';
import { workflowFiles } from './workflow-files.ts';

const shipped = workflowFiles('workflows');
const cart = 'journeys/abandoned-cart.journey.json';
const churn = 'journeys/churn-prevention.journey.json';
const welcome = 'journeys/welcome.journey.json';
const workspace = 'workspace.json';
const slipping = 'segments/slipping-away.segment.json';
const kitchen = 'segments/kitchen-people.segment.json';
const readers = 'segments/email-readers.segment.json';
const shoppers = 'audiences/window-shoppers.audience.json';

/** File, what stands there, what stands there instead (with a ¦ where the problem must be), the code, the guess. */
type Planted = readonly [file: string, from: string, to: string, code: string, guess?: string];

const planted: readonly Planted[] = [
  // A required key that is misspelt is not missing besides.
  [cart, '"id": "abandoned-cart"', '¦"idd": "abandoned-cart"', 'unknown-key', 'id'],
  [cart, '"name": "Abandoned', '¦"nmae": "Abandoned', 'unknown-key', 'name'],
  [cart, '"stage":', '¦"stgae":', 'unknown-key', 'stage'],
  [cart, '"kind":', '¦"kidn":', 'unknown-key', 'kind'],
  [cart, '"entry":', '¦"enrty":', 'unknown-key', 'entry'],
  [cart, '"on": { "event": "Product', '¦"onn": { "event": "Product', 'unknown-key', 'on'],
  [cart, '"again":', '¦"agian":', 'unknown-key', 'again'],
  [cart, '"key": "properties.cartId",\n', '¦"keyy": "properties.cartId",\n', 'unknown-key', 'key'],
  [cart, '"within": "P5D"', '¦"witihn": "P5D"', 'unknown-key', 'within'],
  [cart, '"within": "PT20H"', '¦"wihtin": "PT20H"', 'unknown-key', 'within'],
  [cart, '"push": "cart-nudge"', '¦"psuh": "cart-nudge"', 'unknown-key', 'push'],
  [cart, '"event": "Checkout Started"', '¦"evnet": "Checkout Started"', 'unknown-key', 'event'],
  [cart, '"variants": [', '¦"varients": [', 'unknown-key', 'variants'],
  [cart, '"percent": 10', '¦"precent": 10', 'unknown-key', 'percent'],
  [cart, '"when": {', '¦"whne": {', 'unknown-key', 'when'],
  [cart, '"is": "denied"', '¦"iss": "denied"', 'unknown-key', 'is'],
  [cart, '"steps": [\n    {', '¦"stpes": [\n    {', 'unknown-key', 'steps'],
  [welcome, '"when": { "consent"', '¦"wehn": { "consent"', 'unknown-key', 'when'],
  [welcome, '"until": "10:30"', '¦"untill": "10:30"', 'unknown-key', 'until'],
  [churn, '"between": [', '¦"betwen": [', 'unknown-key', 'between'],
  [shoppers, '"use":', '¦"usee":', 'unknown-key', 'use'],
  [slipping, '"when":', '¦"wen":', 'unknown-key', 'when'],
  [workspace, '"sender": {', '¦"sendre": {', 'unknown-key', 'sender'],
  [workspace, '"email": {\n', '¦"emial": {\n', 'unknown-key', 'email'],
  [workspace, '"postalAddress"', '¦"postaladress"', 'unknown-key', 'postalAddress'],
  [workspace, '"topics": [', '¦"topcis": [', 'unknown-key', 'topics'],
  [workspace, '"id": "care"', '¦"idd": "care"', 'unknown-key', 'id'],
  [workspace, '"atMost": 1', '¦"atmots": 1', 'unknown-key', 'atMost'],
  // A kind that is misspelt.
  [cart, '"send": { "push"', '¦"sned": { "push"', 'unknown-step', 'send'],
  [cart, '"wait": "P1D"', '¦"wiat": "P1D"', 'unknown-step', 'wait'],
  [cart, '"event": "Product Added"', '¦"evnt": "Product Added"', 'unknown-trigger', 'event'],
  [slipping, '"last":', '¦"lsat":', 'unknown-condition', 'last'],
  // A key that is there twice over.
  [cart, '"waitFor": { ', '"waitFor": ¦{ "when": { "segment": "regulars" }, ', 'ambiguous-key'],
  [churn, '"wait": { "between"', '"wait": ¦{ "until": "10:00", "between"', 'ambiguous-key'],
  [cart, '"exit": [\n    { ', '"exit": [\n    ¦{ "when": { "segment": "regulars" }, ', 'ambiguous-key'],
  // Words, sorts and names.
  [welcome, '"consent": "email"', '"consent": ¦"emial"', 'unknown-value', 'email'],
  [cart, '"kind": "lifecycle"', '"kind": ¦"lifecylce"', 'unknown-value', 'lifecycle'],
  [cart, '"stage": "comparison"', '"stage": ¦"comparision"', 'unknown-stage', 'comparison'],
  [cart, '"meanwhile": "restart"', '"meanwhile": ¦"restrat"', 'unknown-value', 'restart'],
  [welcome, '"on": "SA"', '"on": ¦"SAT"', 'bad-day', 'SA'],
  [workspace, '"Europe/Riga"', '¦"Europe/Rigga"', 'bad-zone', 'Europe/Riga'],
  [workspace, '"consent": "opt-in"', '"consent": ¦"optin"', 'unknown-value', 'opt-in'],
  [cart, '"email": "cart-reminder"', '"email": ¦"cart-remnder"', 'unknown-template', 'cart-reminder'],
  [cart, '"topic": "basket", "useBy": "PT4H"', '"topic": ¦"baskt", "useBy": "PT4H"', 'unknown-topic', 'basket'],
  [workspace, '"segment": "dormant-60"', '"segment": ¦"dormant60"', 'unknown-segment', 'dormant-60'],
  [cart, '"percent": 10', '"percent": ¦"10"', 'wrong-type'],
  [kitchen, '"is": "kitchen"', '¦"iss": "kitchen"', 'unknown-key', 'is'],
  [readers, '"exists": true', '"exists": ¦"yes"', 'wrong-type'],
  [cart, '"wait": "PT1H"', '"wait": ¦"1h"', 'bad-duration'],
  // A key that is missing, told where it belongs however many depend on it.
  [cart, '    "key": "properties.cartId",\n', '', 'key-without-entry-key'],
];

const named = planted.map((one) => [`${one[0]}: ${one[2].trim() || 'nothing'} for ${one[1].trim()}`, one] as const);

it.each(named)('one mistake is one problem: %s', (_name, [path, from, to, code, guess]) => {
  const { text } = shipped.find((file) => file.path === path)!;
  expect(text).toContain(from);
  const marked = text.replace(from, to);
  const changed = marked.replace('¦', '');
  const { problems } = checkDocuments(shipped.map((file) => (file.path === path ? { path, text: changed } : file)));
  expect(problems.map((problem) => problem.code)).toEqual([code]);
  const [problem] = problems;
  expect(problem).toMatchObject({ file: path, ...(guess && { suggestion: `Did you mean "${guess}"?` }) });
  const before = marked.slice(0, marked.indexOf('¦'));
  const place = [before.split('\n').length, before.length - before.lastIndexOf('\n')];
  if (to.includes('¦')) expect([problem!.line, problem!.column]).toEqual(place);
});
