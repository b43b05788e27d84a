/** Chance from a seed: the same seed gives the same run. */
export class Chance {
  private state: number;
  constructor(seed: number) {
    this.state = seed >>> 0;
  }
  /** 0 ≤ x < 1, by mulberry32. */
  share(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let word = this.state;
    word = Math.imul(word ^ (word >>> 15), word | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  }
  /** A whole number, 0 ≤ n < below. */
  below(below: number): number {
    return Math.floor(this.share() * below);
  }
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }
  isBelow(share: number): boolean {
    return this.share() < share;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
