import { isPartial, noneTaken, refusal, withoutItsFirst } from './refusals.ts';
import type { Answer, Between, Call } from './wire.ts';

/** What becomes of a call: refused before its effect, its answer lost after it, throttled, or carried out in part. */
export const phases = ['broken', 'lost', 'throttled', 'partial'] as const;
export type Phase = (typeof phases)[number];

/** A place where a function calls AWS: `relay events PutEvents`. */
export type Site = string;
export const siteOf = (call: Call): Site => `${call.caller} ${call.service} ${call.operation}${rowsOf(call)}`;
export const callerOf = (site: Site): string => site.split(' ')[0]!;
export const operationOf = (site: Site): string =>
  site
    .replace(/ of \w+$/, '')
    .split(' ')
    .slice(2)
    .join(' ');

/** Rows that a function asks for apart from those of people: of such a call the first is another than that of the others. */
const rows = new Map([
  ['c#', ' of coupons'],
  ['l#', ' of places'],
]);
function rowsOf({ service, body }: Call): string {
  if (service !== 'dynamodb') return '';
  const [, partition = ''] = /":?pk":\{"S":"(\w#)/.exec(body.toString('utf8')) ?? [];
  return rows.get(partition) ?? '';
}

/** One fault: the first calls of a site go wrong in one way. */
export interface Fault {
  readonly site: Site;
  readonly phase: Phase;
  readonly calls: number;
  /** Whether only calls go wrong that say the same as the first one. */
  readonly isOfOne?: boolean;
}
export const isPossible = (site: Site, phase: Phase): boolean => phase !== 'partial' || isPartial(operationOf(site));
interface Armed {
  readonly fault: Fault;
  left: number;
  first?: Buffer;
}
const nameOf = ({ site, phase, calls }: Fault): string => `${site} × ${phase} × ${calls}`;

/** Injects faults on the wire, and counts which of them were met. */
export class FaultPlan {
  private readonly met = new Map<string, number>();
  private readonly planned = new Set<string>();
  private armed = new Map<Site, readonly Armed[]>();
  /** Whether the bus takes nothing at all, which is no fault that was planned. */
  isBusOut = false;
  /** Calls that meet no fault. */
  isSpared: (call: Call) => boolean = () => false;

  /** Faults that the next calls meet, in place of those before; several of one site one after the other. */
  arm(faults: readonly Fault[]): void {
    for (const fault of faults) this.planned.add(nameOf(fault));
    this.armed = Map.groupBy(
      faults.map((fault): Armed => ({ fault, left: fault.calls })),
      ({ fault }) => fault.site,
    );
  }
  disarm(): void {
    this.armed = new Map();
  }
  /** Lets a test look at what is there without meeting what is meant for the functions. */
  async unharmed<T>(look: () => Promise<T>): Promise<T> {
    const { armed } = this;
    this.armed = new Map();
    try {
      return await look();
    } finally {
      this.armed = armed;
    }
  }
  /** Faults that were planned and that no call met. */
  get neverMet(): readonly string[] {
    return [...this.planned].filter((name) => !this.met.has(name));
  }
  /** How many calls each fault changed. */
  get hits(): ReadonlyMap<string, number> {
    return this.met;
  }

  /** Hears of every answer of AWS, whether or not it arrives. */
  heard: (call: Call, answer: Answer) => void = () => undefined;

  readonly between: Between = (call, pass) => {
    const forward = async (body?: Buffer): Promise<Answer> => {
      const answer = await pass(body ?? unhurried(call));
      this.heard(call, answer);
      return answer;
    };
    if (this.isBusOut && call.operation === 'PutEvents') return Promise.resolve(noneTaken(call));
    const armed = this.armed.get(siteOf(call))?.find(({ left }) => left > 0);
    if (!armed || this.isSpared(call)) return forward();
    armed.first ??= call.body;
    if (armed.fault.isOfOne && !armed.first.equals(call.body)) return forward();
    armed.left -= 1;
    const name = nameOf(armed.fault);
    this.met.set(name, (this.met.get(name) ?? 0) + 1);
    return answerOf(armed.fault.phase, call, forward);
  };
}

/** A long poll asks all servers of SQS; moto is one, and knows at once. */
const unhurried = ({ operation, body }: Call): Buffer =>
  operation === 'ReceiveMessage'
    ? Buffer.from(body.toString('utf8').replace(/"WaitTimeSeconds":\d+/, '"WaitTimeSeconds":0'))
    : body;

async function answerOf(
  phase: Phase,
  call: Call,
  forward: (body?: Buffer) => Promise<Answer>,
): Promise<Answer | 'lost'> {
  switch (phase) {
    case 'broken':
    case 'throttled':
      return refusal(call, phase);
    case 'lost':
      await forward();
      return 'lost';
    case 'partial':
      return withoutItsFirst(call, forward);
    default:
      return phase satisfies never;
  }
}
