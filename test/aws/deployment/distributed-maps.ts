import type { JsonObject } from '../../../core/json.ts';
import { compileMachine, type Machine } from '../../../local/interpreter/definition.ts';
import { compileTemplate } from '../../../local/interpreter/expression.ts';

interface MapState {
  readonly Type: string;
  readonly Items: string;
  readonly ItemSelector: object;
  readonly ItemProcessor: { readonly StartAt: string; readonly States: object };
  readonly Retry: readonly [{ readonly IntervalSeconds: number; readonly MaxAttempts: number }];
  readonly Output: unknown;
  readonly Next: string;
}
export interface Definition {
  readonly QueryLanguage?: string;
  readonly StartAt: string;
  readonly States: { readonly [name: string]: unknown };
}
/** An execution that stands at its map. */
interface Standing {
  readonly arn: string;
  readonly input: JsonObject;
  readonly map: MapState;
  tries: number;
  /** Names of what runs for each item; none while it waits to be tried again. */
  children: readonly string[];
  /** When it is tried again. */
  wakeMs?: number;
}
/** Where children, and what comes after the map, are run. */
interface Runner {
  readonly nowMs: () => number;
  /** Makes a machine known under the version that `start` names. */
  readonly add: (version: string, machine: Machine) => void;
  readonly start: (name: string, arn: string, version: string, input: JsonObject) => Promise<unknown>;
  readonly statusOf: (name: string) => 'running' | 'succeeded' | 'failed' | undefined;
  /** Of an execution whose map failed for all its tries. */
  readonly onBroken: (name: string, error: unknown) => void;
}

/** Whether a machine's first state is a map. */
export const beginsWithMap = ({ StartAt, States }: Definition): boolean => (States[StartAt] as MapState).Type === 'Map';

/**
 * Machines that begin with a distributed map, which neither moto nor our interpreter runs: the map is carried out here by
 * what its definition says; its children, and the states after it, are machines that the interpreter runs.
 */
export class DistributedMaps {
  private readonly runner: Runner;
  private readonly standing = new Map<string, Standing>();

  constructor(runner: Runner) {
    this.runner = runner;
  }

  /** Begins an execution of a machine that begins with a map. */
  async begin(name: string, arn: string, definition: Definition, input: JsonObject): Promise<void> {
    const { QueryLanguage, StartAt, States } = definition;
    const { [StartAt]: first, ...after } = States;
    const map = first as MapState;
    this.runner.add(`${arn}#child`, compileMachine({ QueryLanguage, ...map.ItemProcessor }));
    this.runner.add(`${arn}#after`, compileMachine({ QueryLanguage, StartAt: map.Next, States: after }));
    const one: Standing = { arn, input, map, tries: 0, children: [] };
    this.standing.set(name, one);
    await this.beginChildren(name, one);
  }
  /** Input of an execution that stands at its map. */
  inputOf(name: string): JsonObject | undefined {
    return this.standing.get(name)?.input;
  }

  private async beginChildren(name: string, one: Standing): Promise<void> {
    const states = { input: one.input };
    const items = (await compileTemplate(one.map.Items)({ states, variables: {} })) as readonly unknown[];
    const select = compileTemplate(one.map.ItemSelector);
    one.tries += 1;
    one.children = items.map((_, index) => `${name}/${one.tries}/${index}`);
    for (const [index, Value] of items.entries()) {
      const context = { Map: { Item: { Index: index, Value } } };
      const input = (await select({ states: { ...states, context }, variables: {} })) as JsonObject;
      await this.runner.start(one.children[index]!, one.arn, `${one.arn}#child`, input);
    }
  }

  /** When a map is tried again. */
  get earliestMs(): number {
    return Math.min(Infinity, ...[...this.standing.values()].map(({ wakeMs = Infinity }) => wakeMs));
  }
  /** Takes executions on whose children are over, or whose time has come. @returns whether anything moved */
  async carry(): Promise<boolean> {
    let hasMoved = false;
    for (const [name, one] of [...this.standing]) {
      const isDue = one.wakeMs === undefined || one.wakeMs <= this.runner.nowMs();
      const statuses = one.children.map((child) => this.runner.statusOf(child));
      if (!isDue || statuses.includes('running')) continue;
      hasMoved = true;
      if (one.wakeMs !== undefined) {
        delete one.wakeMs;
        await this.beginChildren(name, one);
      } else if (statuses.includes('failed')) this.fail(name, one);
      else await this.goOn(name, one);
    }
    return hasMoved;
  }
  private fail(name: string, one: Standing): void {
    const [{ IntervalSeconds, MaxAttempts }] = one.map.Retry;
    one.children = [];
    if (one.tries <= MaxAttempts) {
      one.wakeMs = this.runner.nowMs() + IntervalSeconds * 1_000;
      return;
    }
    this.standing.delete(name);
    this.runner.onBroken(name, new Error(`The map of ${name} failed ${one.tries} times.`));
  }
  private async goOn(name: string, { arn, input, map }: Standing): Promise<void> {
    const output = await compileTemplate(map.Output)({ states: { input }, variables: {} });
    await this.runner.start(name, arn, `${arn}#after`, output as JsonObject);
    this.standing.delete(name);
  }
}
