import type { Journey } from '../document.ts';
import type { Diagram, DiagramEdge, DiagramLabel, DiagramNode, Point } from './diagram.ts';
import { flowOf, type Card } from './flow.ts';
import {
  measureCard,
  measureFlow,
  sizes,
  type MeasuredBlock,
  type MeasuredCard,
  type MeasuredLane,
  type MeasuredList,
} from './measure.ts';
import { types, widthOf } from './wrap.ts';

/**
 * Lays a checked journey out from top to bottom: time goes down, ways stand side by side. A journey is a nested list, so
 * every list is a column of its own and nothing ever crosses. The same document always gives the same picture.
 */
export function layOut(journey: Journey): Diagram {
  const flow = flowOf(journey);
  const steps = measureFlow(flow);
  const notes = flow.notes.map(measureCard);
  const rowWidth = notes.length * (sizes.cardWidth + sizes.aisle) - (notes.length > 0 ? sizes.aisle : 0);
  const titleWidth = widthOf(flow.title, types.sentence) * 1.4;
  const width = 2 * sizes.margin + Math.ceil(Math.max(steps.width, sizes.cardWidth, rowWidth, titleWidth));
  const sheet = new Sheet();
  const top = sizes.margin + 44;
  for (const [index, note] of notes.entries()) {
    const x = width / 2 - rowWidth / 2 + index * (sizes.cardWidth + sizes.aisle) + sizes.cardWidth / 2;
    sheet.put(note, x, top);
  }
  const rowHeight = notes.length === 0 ? 0 : Math.max(...notes.map(({ height }) => height)) + sizes.gap;
  const height = sheet.journey(flow.entry, steps, flow.done, { x: width / 2, y: top + rowHeight });
  return { title: flow.title, width, height: height + sizes.margin, nodes: sheet.nodes, edges: sheet.edges };
}

/** A way that has not come to its next card yet. */
interface OpenWay {
  readonly from: string;
  readonly points: readonly Point[];
  readonly label?: DiagramLabel;
}
/** Where a list ends, and the ways that lead on from there. */
interface Placed {
  readonly bottom: number;
  readonly open: readonly OpenWay[];
}

const along = (open: readonly OpenWay[], ...points: readonly Point[]): readonly OpenWay[] =>
  open.map((way) => ({ ...way, points: [...way.points, ...points] }));

/** Collects cards and ways while lists are placed, the outer before the inner. */
class Sheet {
  readonly nodes: DiagramNode[] = [];
  readonly edges: DiagramEdge[] = [];

  /** @returns the lower edge of all */
  journey(entry: Card, steps: MeasuredList, done: Card, { x, y }: Point): number {
    const first = measureCard(entry);
    this.put(first, x, y);
    const begun = this.leaving(first, x, y);
    const { bottom, open } = this.list(steps, x, { bottom: y + first.height, open: [begun] });
    if (open.length === 0) return bottom;
    const last = measureCard(done);
    this.put(last, x, bottom + sizes.gap);
    this.arrive(open, done.id, { x, y: bottom + sizes.gap });
    return bottom + sizes.gap + last.height;
  }

  /** Puts a card with its middle at `x`. */
  put({ card, lines, nameLines, height }: MeasuredCard, x: number, y: number): void {
    this.nodes.push({ ...card, lines, nameLines, x: x - sizes.cardWidth / 2, y, width: sizes.cardWidth, height });
  }

  private leaving({ card, height }: MeasuredCard, x: number, y: number): OpenWay {
    return { from: card.id, points: [{ x, y: y + height }] };
  }

  private arrive(open: readonly OpenWay[], to: string, ...points: readonly Point[]): void {
    for (const way of along(open, ...points)) this.edges.push({ ...way, to, points: straightened(way.points) });
  }

  private list({ blocks }: MeasuredList, x: number, from: Placed): Placed {
    let at = from;
    for (const block of blocks) {
      const y = at.bottom + sizes.gap;
      this.put(block.card, x, y);
      this.arrive(at.open, block.card.card.id, { x, y });
      // Nobody leaves a card that nobody comes to.
      const begun = at.open.length === 0 ? [] : [this.leaving(block.card, x, y)];
      at = this.beyond(block, { x, y }, begun);
    }
    return at;
  }

  /** What lies below a card: its ways side by side, joined again. */
  private beyond(block: MeasuredBlock, { x, y }: Point, begun: readonly OpenWay[]): Placed {
    const bottom = y + block.card.height;
    if (block.lanes.length === 0) return { bottom, open: block.goesOn ? begun : [] };
    const parting = bottom + sizes.stub;
    const together = block.lanes.reduce((sum, { width }) => sum + width, sizes.aisle * (block.lanes.length - 1));
    let left = x - together / 2;
    const ends = block.lanes.map((lane) => {
      const middle = left + lane.width / 2;
      const start = along(begun, { x, y: parting }, { x: middle, y: parting });
      const end = this.lane(lane, middle, parting, start);
      const back = lane.isLoop ? this.backTo(block.card, { x, y }, left, middle, end) : end;
      left += lane.width + sizes.aisle;
      return { ...back, middle };
    });
    const joining = Math.max(...ends.map((end) => end.bottom)) + sizes.stub;
    const open = ends.flatMap((end) => along(end.open, { x: end.middle, y: joining }, { x, y: joining }));
    return { bottom: joining, open };
  }

  private lane({ label, list }: MeasuredLane, x: number, parting: number, start: readonly OpenWay[]): Placed {
    if (!label) return this.list(list, x, { bottom: parting, open: start });
    const { text, lines, width, height } = label;
    const top = parting + sizes.stub / 2;
    const placed = { text, lines, width, height, x: x - width / 2, y: top };
    return this.list(list, x, { bottom: top + height, open: start.map((way) => ({ ...way, label: placed })) });
  }

  /** Leads the ends of a loop up on its left, and back into its card from the side. */
  private backTo({ card, height }: MeasuredCard, { x, y }: Point, left: number, middle: number, end: Placed): Placed {
    const below = end.bottom + sizes.stub;
    const into = { x: x - sizes.cardWidth / 2, y: y + height / 2 };
    const side = Math.min(left + sizes.loopMargin / 3, into.x - (2 * sizes.loopMargin) / 3);
    const turns = [{ x: middle, y: below }, { x: side, y: below }, { x: side, y: into.y }, into];
    this.arrive(end.open, card.id, ...turns);
    return { bottom: below, open: [] };
  }
}

/** A line without the points that lie on the way between their neighbours. */
const straightened = (points: readonly Point[]): readonly Point[] =>
  points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    if (!before || !after) return true;
    const isOnWay = (before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y);
    return !isOnWay;
  });
