import type { JsonObject } from '../../../core/json.ts';
import { isMatched } from '../../../local/bus.ts';
import type { Queue } from './queue.ts';
import type { Rules, Target } from './rules.ts';

type Transformer = NonNullable<Target['InputTransformer']>;

/** Carries out the rules that stand, of the custom bus and of the default one. */
export class EventBus {
  /** Whether there may be something on it: asking where there is nothing takes most of the time. */
  hasNews = false;
  private readonly rules: Rules;
  /** All that comes over moto's bus. */
  private readonly tap: Queue;
  private readonly hand: (queueArn: string, body: string) => Promise<void>;

  /** @param hand takes a message to a queue */
  constructor(rules: Rules, tap: Queue, hand: (queueArn: string, body: string) => Promise<void>) {
    this.rules = rules;
    this.tap = tap;
    this.hand = hand;
  }

  /** @returns whether anything moved */
  async carry(): Promise<boolean> {
    if (!this.hasNews) return false;
    const messages = await this.tap.receive(10);
    this.hasNews = messages.length > 0;
    for (const message of messages) {
      await this.offer(JSON.parse(message.Body!) as JsonObject);
      await this.tap.delete(message);
    }
    return messages.length > 0;
  }
  /** An event on a bus: each rule that it fits hands it to its targets. */
  async offer(event: JsonObject): Promise<void> {
    for (const { pattern, targets } of this.rules.open) {
      if (!isMatched(pattern, event)) continue;
      for (const { Arn, InputTransformer } of targets)
        await this.hand(Arn, InputTransformer ? transformed(InputTransformer, event) : JSON.stringify(event));
    }
  }
}

/** What EventBridge makes of an event: texts go in as they are, everything else as JSON. */
function transformed({ InputPathsMap, InputTemplate }: Transformer, event: JsonObject): string {
  return InputTemplate.replace(/<([\w-]+)>/g, (_, name: string) => {
    const path = InputPathsMap[name]!.slice(2).split('.');
    const value = path.reduce<unknown>((at, part) => (at as JsonObject | undefined)?.[part], event);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
