import type { JourneyVersion } from '../../definitions.ts';
import { isObject, type JsonObject } from '../../json.ts';
import { compileStateMachine, holdState, type TouchDefinition } from '../compile.ts';
import type { PlanNode } from '../plan.ts';

/** Where somebody stands: in a state that touches, at one of its nodes. */
export interface Position {
  readonly touch: string;
  readonly node: string;
}

/** The touches of a compiled journey, and which one follows which hold. */
export interface Machine {
  /** Where a person begins; `null` where the journey has no steps. */
  readonly start: Position | null;
  node(position: Position): PlanNode;
  /** The touch that goes on once a hold is over, at that hold. */
  afterHold(position: Position): Position;
}

interface State {
  readonly Next?: string;
  readonly Arguments?: { readonly Payload?: { readonly touch?: string } };
}

/** Reads a journey's state machine as it will run: what is proven is what is deployed. */
export function machineOf(journey: JourneyVersion): Machine {
  const { StartAt, States } = compileStateMachine(journey) as unknown as {
    readonly StartAt: string;
    readonly States: { readonly [name: string]: State };
  };
  const touches = new Map<
    string,
    { readonly definition: TouchDefinition; readonly nodes: ReadonlyMap<string, PlanNode> }
  >();
  for (const [name, { Arguments }] of Object.entries(States)) {
    const text = Arguments?.Payload?.touch;
    if (text === undefined) continue;
    const definition = JSON.parse(text) as TouchDefinition;
    touches.set(name, { definition, nodes: new Map(definition.nodes.map((node) => [node.id, node])) });
  }
  const first = touches.get(StartAt)?.definition.nodes[0];
  return {
    start: first ? { touch: StartAt, node: first.id } : null,
    node: ({ touch, node }) => touches.get(touch)!.nodes.get(node)!,
    afterHold: ({ touch, node }) => {
      const own = touches.get(touch)!.definition.ownWait?.stepId === node;
      return { touch: States[own ? touch : holdState(node)]!.Next!, node };
    },
  };
}

/** The ways of a node by name; none of a step that only goes on. */
export const waysOf = (node: PlanNode): { readonly [way: string]: string | null | undefined } =>
  ('ways' in node ? node.ways : undefined) ?? {};

/** The message that a node's step sends, as the document says it; several where it takes the first that can be sent. */
export function messagesOf({ step }: PlanNode): readonly { readonly channel: string; readonly template: string }[] {
  const written = step as unknown as JsonObject;
  const content = written['send'] ?? written['cascadeSend'];
  if (!isObject(content)) return [];
  const choices = Array.isArray(content['firstOf']) ? (content['firstOf'] as readonly unknown[]) : [content];
  return choices.flatMap((choice) =>
    isObject(choice)
      ? Object.entries(choice).map(([channel, template]) => ({ channel, template: String(template) }))
      : [],
  );
}

/** Of a step that begins each round of a repeated list: how many rounds there are, and whether something ends them early. */
export function roundsOf({ step }: PlanNode): { readonly times: number; readonly mayEnd: boolean } | undefined {
  const repeat = (step as unknown as JsonObject)['repeatRound'];
  if (!isObject(repeat)) return undefined;
  return { times: Number(repeat['times']), mayEnd: repeat['until'] !== undefined };
}

/** Of a wait between rounds: the step that begins them, and how many there are. After the last nobody waits. */
export function waitsBetween({ step }: PlanNode): { readonly round: string; readonly times: number } | undefined {
  const { repeatWait, times, ending } = step as unknown as JsonObject;
  if (repeatWait === undefined || !isObject(ending)) return undefined;
  return { round: `${String(ending['begins'])}.round`, times: Number(times) };
}
