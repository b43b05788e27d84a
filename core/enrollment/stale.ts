/** Older than this when it is handled, a trigger enters nothing. */
export const staleMs = 3_600_000;
