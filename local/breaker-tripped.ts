/** A journey was stopped by its breaker: it wrote to one person again and again. */
export class BreakerTripped extends Error {
  override readonly name = 'BreakerTripped';
}
