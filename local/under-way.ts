/** Calls that are under way, so that whoever changes what they go by can wait for their end. */
export class UnderWay {
  private readonly calls = new Set<Promise<unknown>>();

  /** The same function, whose calls are known of. */
  watch<Input, Output>(work: (input: Input) => Promise<Output>): (input: Input) => Promise<Output> {
    return async (input) => {
      const call = work(input);
      this.calls.add(call);
      try {
        return await call;
      } finally {
        this.calls.delete(call);
      }
    };
  }

  /** Answers once all calls are over that are under way now, however they end. */
  async over(): Promise<void> {
    await Promise.allSettled([...this.calls]);
  }
}
