/**
 * Ids for messages that came without one: later ones sort after earlier ones, so that at one instant the later wins.
 * @param maker tells who makes them; no two makers share one
 */
export function messageIds(maker: string): (nowMs: number) => string {
  let counter = 0;
  return (nowMs) => `~${nowMs.toString(36).padStart(9, '0')}.${maker}.${(counter++).toString(36).padStart(8, '0')}`;
}
