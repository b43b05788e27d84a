/** One step of a search: what it does, where it leads, and what it costs. */
export interface Leap<S, M> {
  readonly move: M;
  readonly to: S;
  readonly cost: number;
}
/** A place that was reached, by the cheapest way. */
export interface Reached<S, M> {
  readonly state: S;
  readonly cost: number;
  readonly last?: { readonly move: M; readonly before: Reached<S, M> };
}
interface Space<S, M> {
  readonly start: S;
  /** States with the same text are the same. */
  key(state: S): string;
  next(reached: Reached<S, M>): readonly Leap<S, M>[];
  /** Called for every state, the cheapest first; `true` ends the search. */
  visit(reached: Reached<S, M>): boolean;
}

/** Searches all that can be reached, the cheapest first (Dijkstra); costs are never below 0. */
export function search<S, M>({ start, key, next, visit }: Space<S, M>): void {
  const heap = new Heap<Reached<S, M>>();
  const done = new Set<string>();
  heap.push({ state: start, cost: 0 });
  for (let reached = heap.pop(); reached; reached = heap.pop()) {
    const at = key(reached.state);
    if (done.has(at)) continue;
    done.add(at);
    if (visit(reached)) return;
    for (const { move, to, cost } of next(reached)) {
      if (!done.has(key(to))) heap.push({ state: to, cost: reached.cost + cost, last: { move, before: reached } });
    }
  }
}

/** The moves that led somewhere, the first one first. */
export function movesTo<S, M>(reached: Reached<S, M>): readonly M[] {
  const moves: M[] = [];
  for (let one = reached.last; one; one = one.before.last) moves.push(one.move);
  return moves.reverse();
}

/** What costs least comes out first; of equals, what was put in first. */
class Heap<T extends { readonly cost: number }> {
  private readonly items: { readonly item: T; readonly order: number }[] = [];
  private count = 0;

  push(item: T): void {
    this.items.push({ item, order: this.count++ });
    let at = this.items.length - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.isBefore(at, up); up = (at - 1) >> 1) at = this.swap(at, up);
  }

  pop(): T | undefined {
    const first = this.items[0];
    const last = this.items.pop();
    if (!first || !last || this.items.length === 0) return first?.item;
    this.items[0] = last;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < this.items.length && this.isBefore(left, least)) least = left;
      if (right < this.items.length && this.isBefore(right, least)) least = right;
      if (least === at) return first.item;
      at = this.swap(at, least);
    }
  }

  private isBefore(left: number, right: number): boolean {
    const [a, b] = [this.items[left]!, this.items[right]!];
    return a.item.cost < b.item.cost || (a.item.cost === b.item.cost && a.order < b.order);
  }
  private swap(from: number, to: number): number {
    [this.items[from], this.items[to]] = [this.items[to]!, this.items[from]!];
    return to;
  }
}
