import type { Diagram, DiagramEdge, DiagramLabel, DiagramNode, Point } from './diagram.ts';
import { sizes } from './measure.ts';
import { styleSheet } from './svg-style.ts';
import { cut, types, widthOf } from './wrap.ts';

// XML has no way at all to write these.
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as it may stand in XML, also in an attribute. */
const escaped = (text: string): string =>
  text.replace(unwritable, '\ufffd').replace(/[&<>"']/g, (char) => entities[char]!);

const number = (value: number): string => String(Math.round(value * 10) / 10);
const at = ({ x, y }: Point): string => `x="${number(x)}" y="${number(y)}"`;
const textAt = (point: Point, style: string, text: string, more = ''): string =>
  `<text ${at(point)} class="${style}"${more}>${escaped(text)}</text>`;

/** Kinds as they are read: `waitFor` → `wait for`. */
const kindWords = (kind: string): string => kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** What kind of card it is, and the id of its step as far as there is room. */
function headingText({ kind, stepId, width }: DiagramNode, point: Point): string {
  const label = kindWords(kind);
  // Bold is a fifth wider.
  const room = width - sizes.bar - 2 * sizes.padding - 1.2 * widthOf(label, types.small) - 8;
  const id =
    stepId === undefined ? '' : `<tspan dx="8" class="small">${escaped(cut(stepId, room, types.small))}</tspan>`;
  return `<text ${at(point)}><tspan class="kind">${escaped(label)}</tspan>${id}</text>`;
}

function cardText(node: DiagramNode): string {
  const { kind, stepId, says, name, lines, nameLines, width, height } = node;
  const x = node.x + sizes.bar + sizes.padding;
  let y = node.y + sizes.rise;
  const next = (lineHeight: number): Point => {
    y += lineHeight;
    // From the lower edge of a line up to where its letters stand.
    return { x, y: y - lineHeight * 0.28 };
  };
  return [
    `<g class="k-${kind}">`,
    `<title>${escaped([stepId, says, name].filter((one) => one !== undefined).join(': '))}</title>`,
    `<rect ${at(node)} width="${width}" height="${number(height)}" rx="8" class="card"/>`,
    `<rect ${at({ x: node.x, y: node.y + 8 })} width="${sizes.bar}" height="${number(height - 16)}" rx="2" class="bar"/>`,
    headingText(node, next(types.small.lineHeight)),
    ...lines.map((one) => textAt(next(types.sentence.lineHeight), 'says', one)),
    ...nameLines.map((one) => textAt(next(types.small.lineHeight), 'small', one)),
    '</g>',
  ].join('');
}

const wayText = ({ points }: DiagramEdge): string =>
  `<polyline points="${points.map(({ x, y }) => `${number(x)},${number(y)}`).join(' ')}" class="way" marker-end="url(#head)"/>`;

function labelText({ text, lines, ...box }: DiagramLabel): string {
  const middle = box.x + box.width / 2;
  return [
    `<g><title>${escaped(text)}</title>`,
    `<rect ${at(box)} width="${number(box.width)}" height="${number(box.height)}" rx="${lines.length === 1 ? 10 : 8}" class="tag"/>`,
    ...lines.map((line, index) =>
      textAt({ x: middle, y: box.y + 14 + index * types.small.lineHeight }, 'small', line, ' text-anchor="middle"'),
    ),
    '</g>',
  ].join('');
}

/** What a reader who does not see the picture is told: each card once, from top to bottom. */
const description = ({ nodes }: Diagram): string =>
  nodes.map(({ stepId, says }) => (stepId === undefined ? says : `${stepId}: ${says}`)).join(' ');

/** A diagram as one SVG file that needs nothing else: light or dark as its viewer is, with text that can be found. */
export function toSvg(diagram: Diagram): string {
  const { title, width, height, nodes, edges } = diagram;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${number(width)} ${number(height)}" width="${number(width)}" height="${number(height)}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="desc">${escaped(description(diagram))}</desc>`,
    `<style>${styleSheet}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" class="head"/></marker></defs>',
    `<rect width="100%" height="100%" class="paper"/>`,
    textAt({ x: width / 2, y: sizes.margin + 18 }, 'title', title, ' text-anchor="middle"'),
    ...edges.map(wayText),
    ...nodes.map(cardText),
    ...edges.flatMap(({ label }) => (label ? [labelText(label)] : [])),
    '</svg>',
  ].join('\n')}\n`;
}
