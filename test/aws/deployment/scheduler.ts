import type { JsonObject } from '../../../core/json.ts';
import type { Functions } from './functions.ts';
import type { Situation } from './situation.ts';

/** How often Lambda tries again where the template does not say. */
const lambdasOwn = 2;

/** EventBridge Scheduler: calls functions as the template's schedules say. Which of their times matter is for others to say. */
export class Scheduler {
  private readonly situation: Situation;
  private readonly functions: Functions;

  constructor(situation: Situation, functions: Functions) {
    this.situation = situation;
    this.functions = functions;
  }

  /**
   * One time of a schedule: an asynchronous invocation, tried again as often as the template says.
   * @returns whether one of its tries was good
   */
  async strike(name: string): Promise<boolean> {
    const { isRedelivering } = this.situation;
    const event = this.eventOf(name);
    if (!isRedelivering) {
      await this.functions.invoke(name, event);
      return true;
    }
    for (let left = this.retriesOf(name); left >= 0; left--) {
      const call = this.functions.invoke(name, event);
      const isDone = await call.then(
        () => true,
        () => false,
      );
      if (isDone) return true;
    }
    return false;
  }
  private eventOf(name: string): JsonObject {
    const { templates, nowMs } = this.situation;
    const time = new Date(nowMs).toISOString();
    // What it says where a schedule names no input of its own.
    const {
      Input = JSON.stringify({ source: 'aws.scheduler', 'detail-type': 'Scheduled Event', time, detail: '{}' }),
    } = templates.scheduleOf(name);
    return JSON.parse(Input.replace('<aws.scheduler.scheduled-time>', time)) as JsonObject;
  }
  private retriesOf(name: string): number {
    const { templates } = this.situation;
    const configs = templates.ofType('AWS::Lambda::EventInvokeConfig').map(([, { Properties = {} }]) => Properties);
    const own = configs.find(({ FunctionName = null }) => templates.functionOf(FunctionName) === name);
    return Number(own?.['MaximumRetryAttempts'] ?? lambdasOwn);
  }
}
