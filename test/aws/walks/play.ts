import { shareOf } from '../../../core/hash.ts';
import type { JsonObject } from '../../../core/json.ts';

/** A definition as the compiler makes it, as far as a play looks into it. */
export interface Definition {
  readonly QueryLanguage: string;
  readonly StartAt: string;
  readonly States: { readonly [name: string]: DefinedState };
}
interface DefinedState {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly TimeoutSeconds?: number | string;
  readonly Choices?: readonly { readonly Next: string }[];
}

/** What a Task told a function. */
export interface Call {
  readonly functionName: string;
  readonly payload: JsonObject;
}
/** What the function says to it, and what becomes of the token where there is one. */
export type Says =
  | { readonly kind: 'answers'; readonly answer: JsonObject; readonly token?: 'succeeds' | 'fails' | 'times-out' }
  | { readonly kind: 'throws'; readonly name: string; readonly message: string };

/** What a walk came to: compared between interpreters. */
export interface Walk {
  /** What functions and tokens did: errors by their names, and what became of tokens. */
  readonly happened: readonly string[];
  /** States in the order that they were entered in. */
  readonly path: readonly string[];
  /** Without what is another one each time: tokens, and when a state was entered. */
  readonly calls: readonly Call[];
  readonly status: string;
}

/** Waits that are waited for take so long: moto makes a client for each call, and its time-outs run meanwhile. */
const shortSeconds = 3;
const late = '2090-01-01T00:00:00.000Z';
/** Nobody goes round in circles for ever. */
const mostCalls = 14;

/** Puts names where a deployment puts ARNs, and makes some of the long waits so short that they can be waited for. */
export function playable(definition: JsonObject, seed: string): Definition {
  const text = JSON.stringify(definition).replace(/\$\{(\w+)\}/g, '$1');
  const parsed = JSON.parse(text) as Definition;
  const states = Object.entries(parsed.States).map(([name, state]) => {
    const isLong = typeof state.TimeoutSeconds === 'number' && state.TimeoutSeconds > 60;
    const isCut = isLong && shareOf(seed, 'cut', name) < 0.4;
    return [name, isCut ? { ...state, TimeoutSeconds: shortSeconds } : state] as const;
  });
  return { ...parsed, States: Object.fromEntries(states) };
}

/** What all functions say during one walk: chance by a seed, the same for every interpreter that asks in the same order. */
export class Play {
  readonly calls: Call[] = [];
  readonly happened: string[] = [];
  private readonly definition: Definition;
  private readonly seed: string;
  private readonly nowMs: () => number;

  constructor(definition: Definition, seed: string, nowMs = () => Date.now()) {
    this.definition = definition;
    this.seed = seed;
    this.nowMs = nowMs;
  }

  says(call: Call): Says {
    const says = this.saying(call);
    this.happened.push(says.kind === 'throws' ? says.name : (says.token ?? 'answers'));
    return says;
  }

  private saying({ functionName, payload: { token, enteredAt, wakeAt, ...payload } }: Call): Says {
    const isShort = wakeAt !== undefined && wakeAt !== late;
    // Whether there are such is compared, and not what they are.
    const [hasToken, hasTime] = [token, enteredAt].map((one) => typeof one === 'string') as [boolean, boolean];
    this.calls.push({ functionName, payload: { ...payload, hasToken, hasTime, isShort } });
    if (functionName === 'MarkFailed') return this.chance(0.2, 'again') ? unavailable : { kind: 'answers', answer: {} };
    if (this.calls.length > mostCalls) return ended;
    if (this.chance(0.06, 'store')) return unavailable;
    if (this.chance(0.04, 'bug')) return { kind: 'throws', name: 'TypeError', message: 'x is "not" a function' };
    if (functionName === 'RegisterHold') return this.waits(isShort);
    if (this.chance(0.08, 'ended')) return ended;
    if (this.chance(0.12, 'diverted')) return this.diverts();
    const { state } = JSON.parse(String(payload['touch'])) as { readonly state: string };
    if (token === undefined) return { kind: 'answers', answer: this.comesTo(state) };
    return this.waits(this.definition.States[state]!.TimeoutSeconds === shortSeconds);
  }

  private waits(isShort: boolean): Says {
    if (isShort) return { kind: 'answers', answer: {}, token: 'times-out' };
    return { kind: 'answers', answer: {}, token: this.chance(0.15, 'left') ? 'fails' : 'succeeds' };
  }
  private diverts(): Says {
    const to = this.pick(this.choicesOf('Divert'));
    return { kind: 'throws', name: 'TouchDiverted', message: JSON.stringify({ to, wakeAt: this.wakeAt() }) };
  }
  private comesTo(state: string): JsonObject {
    const { Next } = this.definition.States[state]!;
    // Where there is a choice, also a state that it does not know.
    const possible = this.choicesOf(Next ?? '');
    const next = possible.length > 0 ? this.pick([...possible, 'Nowhere']) : (Next ?? 'Done');
    return { next, wakeAt: next === 'Done' ? null : this.wakeAt() };
  }
  private choicesOf(state: string): readonly string[] {
    return (this.definition.States[state]?.Choices ?? []).map(({ Next }) => Next);
  }

  private wakeAt(): string {
    return this.chance(0.25, 'soon') ? new Date(this.nowMs() + shortSeconds * 1_000).toISOString() : late;
  }
  private pick(from: readonly string[]): string {
    return from[Math.floor(this.share('pick') * from.length)]!;
  }
  private chance(share: number, what: string): boolean {
    return this.share(what) < share;
  }
  private share(what: string): number {
    return shareOf(this.seed, what, String(this.calls.length));
  }
}
const unavailable: Says = { kind: 'throws', name: 'StoreUnavailable', message: 'Later.' };
const ended: Says = { kind: 'throws', name: 'EnrollmentEnded', message: 'It is over.' };
