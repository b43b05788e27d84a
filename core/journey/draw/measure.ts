import type { Block, Card, Flow, Lane } from './flow.ts';
import { types, widthOf, wrap } from './wrap.ts';

/** Distances, in pixels. */
export const sizes = {
  cardWidth: 248,
  /** Between a card's edge and its words. */
  padding: 14,
  rise: 10,
  /** Of the bar that shows the kind. */
  bar: 4,
  /** Between a card and the next below it, where an arrow needs room for its head. */
  gap: 30,
  /** Between ways side by side. */
  aisle: 28,
  /** From a card to the line that parts its ways, and from the line that joins them on. */
  stub: 18,
  /** Between the words of a way and its border. */
  labelPadding: 7,
  /** Room beside a loop for its way back. */
  loopMargin: 26,
  margin: 24,
} as const;

/** A card with its words in lines. */
export interface MeasuredCard {
  readonly card: Card;
  readonly lines: readonly string[];
  readonly nameLines: readonly string[];
  readonly height: number;
}
/** The words of a way. */
export interface MeasuredLabel {
  readonly text: string;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}
/** A way with its size. */
export interface MeasuredLane {
  readonly label: MeasuredLabel | undefined;
  readonly list: MeasuredList;
  readonly isLoop: boolean;
  readonly width: number;
}
/** A step with the sizes of all inside it. */
export interface MeasuredBlock {
  readonly card: MeasuredCard;
  readonly lanes: readonly MeasuredLane[];
  readonly goesOn: boolean;
  readonly width: number;
}
/** Steps one below another; each stands in the middle of the width. */
export interface MeasuredList {
  readonly blocks: readonly MeasuredBlock[];
  readonly width: number;
}

const inner = sizes.cardWidth - sizes.bar - 2 * sizes.padding;

/** Wraps a card's words and says how high it is. */
export function measureCard(card: Card): MeasuredCard {
  const lines = wrap(card.says, inner, types.sentence);
  const nameLines = card.name === undefined ? [] : wrap(card.name, inner, types.small);
  // One small line more says what kind of card it is, and its id.
  const small = (1 + nameLines.length) * types.small.lineHeight;
  const height = 2 * sizes.rise + small + lines.length * types.sentence.lineHeight;
  return { card, lines, nameLines, height };
}

/** The sizes of a whole journey's steps. */
export const measureFlow = ({ blocks }: Flow): MeasuredList => measureList(blocks);

function measureList(blocks: readonly Block[]): MeasuredList {
  const measured = blocks.map(measureBlock);
  return { blocks: measured, width: Math.max(0, ...measured.map(({ width }) => width)) };
}

function measureBlock({ card, lanes, goesOn }: Block): MeasuredBlock {
  const measured = lanes.map(measureLane);
  const together = measured.reduce((sum, { width }) => sum + width, 0) + sizes.aisle * (measured.length - 1);
  const alone = sizes.cardWidth + (lanes.some(({ isLoop }) => isLoop) ? 2 * sizes.loopMargin : 0);
  return { card: measureCard(card), lanes: measured, goesOn, width: Math.max(alone, together) };
}

function measureLane({ label, blocks, isLoop }: Lane): MeasuredLane {
  const list = measureList(blocks);
  const words = label === '' ? undefined : measureLabel(label);
  const width = Math.max(list.width, words?.width ?? 2 * sizes.aisle) + (isLoop ? 2 * sizes.loopMargin : 0);
  return { label: words, list, isLoop, width };
}

function measureLabel(text: string): MeasuredLabel {
  const lines = wrap(text, sizes.cardWidth - 4 * sizes.labelPadding, types.small);
  const widest = Math.max(...lines.map((line) => widthOf(line, types.small)));
  return {
    text,
    lines,
    width: Math.ceil(widest) + 2 * sizes.labelPadding,
    height: lines.length * types.small.lineHeight + 6,
  };
}
