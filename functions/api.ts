/** One problem as the HTTP API tells it. */
export interface ApiError {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly path?: string;
    readonly suggestion?: string;
    readonly requestId: string;
  };
}

/** What became of one item of a batch. */
export interface BatchItem {
  readonly messageId: string;
  /** `erased` only of imports: callers of the intake are not told who was erased. */
  readonly status: 'accepted' | 'duplicate' | 'rejected' | 'erased';
  /** Taken, and set aside as it is not what the catalogue says. */
  readonly quarantined?: true;
  /** What of it is not as the catalogue says; it was taken all the same. */
  readonly problems?: readonly {
    readonly code: string;
    readonly path: string;
    readonly message: string;
    readonly suggestion?: string;
  }[];
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly path?: string;
    readonly suggestion?: string;
  };
}

/** Limits of the intake, in bytes and items. */
export const limits = { eventBytes: 32_768, batchBytes: 512_000, batchItems: 2_500 } as const;

/** The pause that `Retry-After` asks for, in seconds. */
export const retryAfterSeconds = 1;
