import { shareOf } from '../hash.ts';
import type { Channel } from '../journey/document.ts';

/**
 * What keeps a journey, a channel or everything from going on: somebody paused it, the breaker did, or somebody stopped
 * the journey, which also ends it for everybody inside.
 */
export type StopKind = 'paused' | 'breaker' | 'stopped';

/** One word that stands, with who said it and why. */
export interface Stop {
  /** `workspace`, `journey/<id>` or `channel/<channel>`. */
  readonly subject: string;
  readonly kind: StopKind;
  readonly atMs: number;
  readonly by?: string;
  readonly why?: string;
}

/** What is stopped now, by subject. */
export type Stops = ReadonlyMap<string, StopKind>;

export const workspaceSubject = 'workspace';
export const journeySubject = (journeyId: string): string => `journey/${journeyId}`;
export const channelSubject = (channel: Channel): string => `channel/${channel}`;

/** What keeps a journey's steps from acting; its own word goes before the workspace's. */
export const stopOfJourney = (stops: Stops, journeyId: string): StopKind | undefined =>
  stops.get(journeySubject(journeyId)) ?? stops.get(workspaceSubject);

/** What keeps a message from going: of the journey, the workspace or the channel. */
export const stopOfMessage = (stops: Stops, journeyId: string, channel: Channel): StopKind | undefined =>
  stopOfJourney(stops, journeyId) ?? stops.get(channelSubject(channel));

/** Each look costs two transitions and two commits on AWS: after an hour, one an hour. */
const shortestMs = 5 * 60_000;
const longestMs = 40 * 60_000;

/**
 * When somebody who stands still looks again: after as long as they have stood, five to forty minutes, half less or more.
 * So people who were held together come back one by one.
 * @param sinceMs when they were held first
 */
export function lookAgainMs(enrollmentId: string, sinceMs: number, nowMs: number): number {
  const aroundMs = Math.min(Math.max(nowMs - sinceMs, shortestMs), longestMs);
  // In whole seconds, as the timers of AWS count.
  return nowMs + 1_000 * Math.round((aroundMs * (0.5 + shareOf(enrollmentId, 'held', String(nowMs)))) / 1_000);
}
