/** A JSON value of a message. */
export type Value = string | number | boolean | null | readonly Value[] | Fields;
export interface Fields {
  readonly [key: string]: Value;
}

/** One message in the Segment shape, as the shop's web site, app, till or call centre sends it. */
export interface SegmentMessage {
  readonly type: 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias';
  readonly messageId: string;
  readonly anonymousId?: string;
  readonly userId?: string;
  readonly previousId?: string;
  readonly groupId?: string;
  readonly event?: string;
  readonly name?: string;
  /** When it happened, by the sender's clock. */
  readonly timestamp: string;
  /** When it was sent, by the same clock. */
  readonly sentAt: string;
  readonly context: Fields;
  readonly traits?: Fields;
  readonly properties?: Fields;
}

/** Which write key a message comes under: the shop's servers, or a browser or phone. */
export type Key = 'server' | 'public';

/** A message on its way: when it reaches the intake, and under which key. */
export interface Sending {
  readonly atMs: number;
  readonly key: Key;
  readonly message: SegmentMessage;
}
