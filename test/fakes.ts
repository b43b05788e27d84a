import type { Ask, Asked, Asking } from '../core/enrollment/ask.ts';
import { publish, type Definitions, type JourneyVersion } from '../core/definitions.ts';
import { VersionUnknown } from '../core/failures.ts';
import { idOf } from '../core/hash.ts';
import type { Message } from '../core/event/event.ts';
import type { JsonObject } from '../core/json.ts';
import { compileStateMachine } from '../core/journey/compile.ts';
import type { Channel, Documents } from '../core/journey/document.ts';
import type { Message as RenderedMessage } from '../core/message/message.ts';
import type {
  Channels,
  Content,
  DefinitionStore,
  Executions,
  HandOver,
  Ids,
  RenderRequest,
  RenderResult,
  Turn,
} from '../core/ports.ts';
import { withLocalFunctions } from '../local/definitions.ts';
import { coverageAfter, type Coverage } from '../core/segment/coverage.ts';
import { compileMachine, type Machine } from '../local/interpreter/definition.ts';

/** Ids counted from one; the address hash is plain to read. */
export class CountingIds implements Ids {
  private count = 0;
  attempt(): string {
    return `attempt-${++this.count}`;
  }
  profileId({ messageId, receivedMs, userId = '', anonymousId = '' }: Message): string {
    return `p_${idOf('profile', String(receivedMs), messageId, userId, anonymousId)}`;
  }
  tombstone(text: string): string {
    return idOf('erased', text);
  }
  addressHash(channel: Channel, address: string): string {
    return idOf('address', channel, address);
  }
}

/** Published documents; versions of earlier ones are kept. */
export class TestDefinitions implements DefinitionStore {
  now: Definitions;
  /** When documents are published. */
  nowMs: () => number = () => 0;
  private coverage: Coverage | undefined;
  private documents: Documents;
  private readonly versions = new Map<string, JourneyVersion>();
  private readonly machines = new Map<string, Machine>();

  constructor(documents: Documents) {
    this.documents = documents;
    this.now = this.publish(documents);
  }
  publish(documents: Documents): Definitions {
    this.documents = documents;
    const bare = publish(documents, undefined, this.coverage);
    this.now = { ...bare, coverage: coverageAfter(this.coverage, documents, bare, this.nowMs()) };
    this.coverage = this.now.coverage;
    for (const journey of this.now.journeys.values()) this.versions.set(`${journey.id}/${journey.version}`, journey);
    return this.now;
  }
  /** The same documents, with tables of ranks that were made. */
  rank(coverage: Coverage): void {
    this.coverage = coverage;
    this.publish(this.documents);
  }
  async current(): Promise<Definitions> {
    return this.now;
  }
  /** What is current here is never old. */
  outdated(): void {}
  async journey(journeyId: string, version: string): Promise<JourneyVersion> {
    const found = this.versions.get(`${journeyId}/${version}`);
    if (!found) throw new VersionUnknown(`${journeyId}/${version}`);
    return found;
  }
  async machine(journeyId: string, version: string): Promise<Machine> {
    const key = `${journeyId}/${version}`;
    let machine = this.machines.get(key);
    if (!machine) {
      // Through JSON, as it would be deployed.
      machine = compileMachine(withLocalFunctions(compileStateMachine(await this.journey(journeyId, version))));
      this.machines.set(key, machine);
    }
    return machine;
  }
}

/** Renders any template to its own name; tells what it was asked. */
export class TestContent implements Content {
  readonly requests: RenderRequest[] = [];
  answer: (request: RenderRequest) => RenderResult | undefined = () => undefined;
  async render(request: RenderRequest): Promise<RenderResult> {
    this.requests.push(request);
    return this.answer(request) ?? { kind: 'rendered', message: rendered(request) };
  }
}
const rendered = ({ channel, templateId, deliveryId, to, purpose }: RenderRequest): RenderedMessage => {
  const tags = { deliveryId };
  switch (channel) {
    case 'email':
      return { channel, subject: templateId, html: '', text: '', to, from: 'a@b.example', headers: {}, tags };
    case 'sms':
      return {
        channel,
        purpose,
        text: templateId,
        parts: { encoding: 'GSM-7', parts: 1, units: 1 } as never,
        to,
        tags,
      };
    case 'push':
    case 'in-app':
      return { channel, title: templateId, body: '', to, tags };
    case 'webhook':
      return { channel, url: 'https://hook.example', method: 'POST', headers: {}, body: {}, tags };
  }
};

/** Answers what steps ask as it is told; tells what it was asked. A coupon's code is made of its ask, so no two get the same. */
export class TestAsking implements Asking {
  readonly asked: Ask[] = [];
  answer: (ask: Ask, count: number) => Asked | undefined = () => undefined;
  async ask(ask: Ask): Promise<Asked> {
    const count = this.asked.push(ask);
    return this.answer(ask, count) ?? answerOf(ask);
  }
}
function answerOf(ask: Ask): Asked {
  switch (ask.kind) {
    case 'coupon':
      return { kind: 'coupon', code: `${ask.pool}/${ask.askId}` };
    case 'row':
      return { kind: 'row', row: { key: ask.key } };
    case 'call':
      return { kind: 'answered', body: { ok: true } };
    case 'text':
      return { kind: 'text', text: ask.liquid };
    case 'hours':
      return { kind: 'hours', everyone: ask.own };
  }
}

/** The process that handed over died, before the provider had the message or after: its function runs out of time. */
export class Died extends Error {
  override readonly name = 'Sandbox.Timedout';
}
export type ChannelAnswer = HandOver | 'dies-before' | 'dies-after';

/** Keeps what was handed over, and answers as it is told. */
export class TestChannels implements Channels {
  readonly handed: { readonly deliveryId: string; readonly message: RenderedMessage }[] = [];
  /** Whether the provider can say what it has. */
  isAskable = true;
  answer: (deliveryId: string, count: number) => ChannelAnswer = () => ({ kind: 'accepted' });
  /** Whether a turn comes in time. */
  hasTurn: (channel: Channel, count: number) => boolean = () => true;
  /** How long each one that asked for a turn would have waited. */
  readonly waits: number[] = [];
  /** Turns that nobody has given back. */
  turnsOut = 0;
  private calls = 0;

  async turn(channel: Channel, mostMs: number): Promise<Turn | undefined> {
    if (!this.hasTurn(channel, this.waits.push(mostMs))) return undefined;
    this.turnsOut++;
    let isHeld = true;
    const release = (): void => {
      if (isHeld) this.turnsOut--;
      isHeld = false;
    };
    return { release };
  }

  async deliver(deliveryId: string, message: RenderedMessage): Promise<HandOver> {
    const answer = this.answer(deliveryId, ++this.calls);
    if (answer === 'dies-before') throw new Died();
    const isTaken = answer === 'dies-after' || answer.kind !== 'refused';
    if (isTaken) this.handed.push({ deliveryId, message });
    if (answer === 'dies-after') throw new Died();
    return answer;
  }
  async reconcile(deliveryId: string): Promise<'accepted' | 'absent' | 'unknown'> {
    if (!this.isAskable) return 'unknown';
    return this.handed.some((one) => one.deliveryId === deliveryId) ? 'accepted' : 'absent';
  }
}

/** Executions that nobody runs: what was started, and which tokens are waited for. */
export class RecordedExecutions implements Executions {
  readonly started: { readonly name: string; readonly input: JsonObject }[] = [];
  readonly tokens = new Map<string, 'waiting' | 'succeeded' | 'failed'>();
  async start({ name, input }: { readonly name: string; readonly input: JsonObject }): Promise<'running'> {
    if (!this.started.some((one) => one.name === name)) this.started.push({ name, input });
    return 'running';
  }
  async succeed(token: string): Promise<'done' | 'dead'> {
    return this.end(token, 'succeeded');
  }
  async fail(token: string): Promise<'done' | 'dead'> {
    return this.end(token, 'failed');
  }
  private end(token: string, how: 'succeeded' | 'failed'): 'done' | 'dead' {
    if (this.tokens.get(token) !== 'waiting') return 'dead';
    this.tokens.set(token, how);
    return 'done';
  }
}
