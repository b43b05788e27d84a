import { decideLoop, type Tried } from '../../core/decide-loop.ts';
import { readEnrolled, type Enrolled } from '../../core/enrollment/read-enrolled.ts';
import { decideTouch } from '../../core/enrollment/advance.ts';
import type { TouchAnswer } from '../../core/enrollment/touch.ts';
import type { Asked } from '../../core/enrollment/ask.ts';
import { callbackOf } from '../../core/enrollment/own-wait.ts';
import type { Handed, Prepared } from '../../core/enrollment/send-step.ts';
import { deliveryIdOf } from '../../core/enrollment/delivery-id.ts';
import { hasMoved, type Enrollment } from '../../core/enrollment/enrollment.ts';
import { EnrollmentEnded, TouchDiverted } from '../../core/failures.ts';
import type { Definitions, JourneyVersion } from '../../core/definitions.ts';
import { fillProfile } from '../../core/fill-profile.ts';
import { nextStates, type TouchDefinition } from '../../core/journey/compile.ts';
import type { Channel } from '../../core/journey/document.ts';
import { askedNames, mayDraw, sendChannels } from '../../core/journey/touch-needs.ts';
import { addressFor } from '../../core/message/addresses.ts';
import type { Message as RenderedMessage } from '../../core/message/message.ts';
import type { Loaded, Ports, RenderRequest, Turn } from '../../core/ports.ts';
import { versionKey } from '../../core/profile/draft.ts';
import { isToBeFilled } from '../../core/profile/fill-up.ts';
import { historyIds, type Profile } from '../../core/profile/profile.ts';
import { toInstant } from '../../core/time/instant.ts';

export type TouchPorts = Omit<Ports, 'executions' | 'places'>;
/** What the state machine hands to a touch. */
export interface TouchTask {
  readonly profileId: string;
  readonly enrollmentId: string;
  /** Of the journey; absent in executions of earlier releases. */
  readonly version?: string;
  /** The touch's definition, as JSON text. */
  readonly touch: string;
  /** Of a state that can wait by itself: its token, when it was entered (ISO 8601), and tries before this one. */
  readonly token?: string;
  readonly enteredAt?: string;
  readonly retryCount?: number;
}
export interface TouchResult {
  /** State that follows. */
  readonly next: string;
  readonly wakeAt: string;
}

/** A hand-over that has not begun by then is not begun: the fences were passed too long ago. */
const startWithinMs = 5_000;
/** So long the messages of one touch wait for their turns, together: it has 60 s for all that it does. */
const longestWaitMs = 20_000;

/**
 * Does all steps of one enrollment up to its next hold. Each message is handed over at most once: a try that dies after
 * its commit is looked up or listed as unknown, never sent again.
 * @throws EnrollmentEnded, TouchDiverted
 */
export const runTouch =
  (ports: TouchPorts) =>
  async (task: TouchTask): Promise<TouchResult> => {
    const turns = new TouchTurns(ports);
    try {
      return await walk(ports, task, turns);
    } finally {
      turns.release();
    }
  };

async function walk(ports: TouchPorts, task: TouchTask, turns: TouchTurns): Promise<TouchResult> {
  const touch = parsedTouch(task.touch);
  let prepared: Prepared | undefined;
  let handed: Handed | undefined;
  const asked = new Map<string, Asked>();
  for (;;) {
    const answer = await decideLoop(ports, (attemptId) =>
      tryTouch(ports, task, touch, attemptId, { prepared, handed, asked }),
    );
    switch (answer.kind) {
      case 'render':
        prepared = await prepare(ports, turns, answer);
        break;
      case 'ask':
        asked.set(answer.ask.askId, await ports.asking.ask(answer.ask));
        break;
      case 'reconcile':
        handed = {
          deliveryId: answer.deliveryId,
          attemptId: answer.attemptId,
          outcome: await reconciled(ports, answer),
        };
        break;
      case 'hand':
        handed = {
          deliveryId: answer.deliveryId,
          attemptId: answer.attemptId,
          outcome: await handOver(ports, answer, messageOf(prepared)),
        };
        turns.release();
        break;
      case 'ended':
        throw new EnrollmentEnded(`Enrollment ${task.enrollmentId} has ended.`);
      case 'next':
        if (!isWay(touch, answer.state)) throw new TouchDiverted(answer.state, toInstant(answer.wakeMs));
        return { next: answer.state, wakeAt: toInstant(answer.wakeMs) };
      case 'waits':
        return { next: answer.state, wakeAt: toInstant(answer.wakeMs) };
      default:
        answer satisfies never;
    }
  }
}

/** The turn that a touch holds: of one message at a time, and kept if that message has to be rendered again. */
class TouchTurns {
  private readonly ports: TouchPorts;
  private leftMs = longestWaitMs;
  private held: { readonly deliveryId: string; readonly turn: Turn } | undefined;

  constructor(ports: TouchPorts) {
    this.ports = ports;
  }

  /** @returns whether it came in time */
  async take({ deliveryId, channel }: RenderRequest): Promise<boolean> {
    if (this.held?.deliveryId === deliveryId) return true;
    this.release();
    const { channels, clock } = this.ports;
    const fromMs = clock.nowMs();
    const turn = await channels.turn(channel, this.leftMs);
    this.leftMs = Math.max(0, this.leftMs - Math.max(0, clock.nowMs() - fromMs));
    if (turn) this.held = { deliveryId, turn };
    return turn !== undefined;
  }
  release(): void {
    this.held?.turn.release();
    this.held = undefined;
  }
}

async function prepare(
  { content }: TouchPorts,
  turns: TouchTurns,
  { request, version }: { readonly request: RenderRequest; readonly version: number },
): Promise<Prepared> {
  const result = await content.render(request);
  const hasTurn = result.kind !== 'rendered' || (await turns.take(request));
  const { deliveryId, channel, templateId } = request;
  return { deliveryId, choice: { channel, templateId }, version, result, hasTurn };
}

const messageOf = (prepared: Prepared | undefined): RenderedMessage => {
  if (prepared?.result.kind !== 'rendered') throw new Error('A delivery was authorised without a rendered message.');
  return prepared.result.message;
};

async function handOver(
  ports: TouchPorts,
  { deliveryId, handingMs }: { deliveryId: string; handingMs: number },
  message: RenderedMessage,
): Promise<Handed['outcome']> {
  if (ports.clock.nowMs() - handingMs > startWithinMs) return { kind: 'too-late' };
  return ports.channels.deliver(deliveryId, message);
}

async function reconciled(
  ports: TouchPorts,
  { deliveryId, channel }: { deliveryId: string; channel: Channel },
): Promise<Handed['outcome']> {
  const found = await ports.channels.reconcile(deliveryId, channel);
  if (found === 'unknown') return { kind: 'unknown', reason: 'The answer was lost, and the provider cannot be asked.' };
  return { kind: found };
}

/** Whether a touch's state goes on to another by itself; one that waits goes on nowhere before its time. */
const isWay = (touch: TouchDefinition, state: string): boolean => !touch.ownWait && nextStates(touch).includes(state);

type Answer =
  Exclude<TouchAnswer, { kind: 'render' }> | (Extract<TouchAnswer, { kind: 'render' }> & { readonly version: number });

/** What the touch has done outside so far. */
interface Done {
  readonly prepared: Prepared | undefined;
  readonly handed: Handed | undefined;
  readonly asked: ReadonlyMap<string, Asked>;
}

async function tryTouch(
  ports: TouchPorts,
  task: TouchTask,
  touch: TouchDefinition,
  attemptId: string,
  { prepared, handed, asked }: Done,
): Promise<Tried<Answer>> {
  const definitions = await ports.definitions.current();
  const loaded = await loadFilled(ports, task.profileId, definitions);
  const [enrollment] = await ports.profiles.enrollments([task.enrollmentId]);
  if (!loaded || !enrollment || hasMoved(enrollment, task)) return { answer: { kind: 'ended' } };
  const { profile } = loaded;
  const { enrollmentId, cursor } = enrollment;
  const delivery = await ports.profiles.delivery(deliveryIdOf(enrollmentId, cursor.stepId, cursor.visit));
  if (enrollment.status !== 'active' && !delivery) return { answer: { kind: 'ended' } };
  const journey = await ports.definitions.journey(enrollment.journeyId, enrollment.version);
  const names = askedNames(touch, journey);
  const callback = callbackOf(task);
  const decided = decideTouch({
    loaded,
    enrollment,
    journey,
    touch,
    definitions,
    attemptId,
    nowMs: ports.clock.nowMs(),
    history: names.length === 0 ? [] : await ports.profiles.history(historyIds(profile), { names }),
    suppressions: await readSuppressions(ports, touch, profile),
    stops: await ports.profiles.stops(),
    ...(mayDraw(touch) && { rulings: await ports.profiles.rulings() }),
    delivery,
    addressHash: ports.ids.addressHash,
    ...(callback && { callback }),
    ...(prepared && { prepared }),
    ...(handed && { handed }),
    asked,
    ...(await readAround(ports, profile, enrollment, journey)),
  });
  const { answer, change } = decided;
  // A message is rendered from what this try saw; where it wrote something, that made the next version.
  const version = loaded.version + (change ? 1 : 0);
  return {
    answer: answer.kind === 'render' ? { ...answer, version } : answer,
    ...(change && { change }),
  };
}

/** The person, whom what is published now is true of: branches ask it, and nobody comes by one again. */
async function loadFilled(ports: TouchPorts, profileId: string, definitions: Definitions): Promise<Loaded | undefined> {
  const loaded = await ports.profiles.load(profileId);
  if (!loaded || !isToBeFilled(loaded.profile, definitions)) return loaded;
  // Whoever cannot be filled goes on by what was true of them; the filling of everybody tells of it.
  await fillProfile(ports)(loaded.profile.profileId).catch(() => undefined);
  return ports.profiles.load(profileId);
}

/** This enrollment, and the person's others as far as a changed trait may end them. */
async function readAround(
  ports: TouchPorts,
  profile: Profile,
  own: Enrollment,
  journey: JourneyVersion,
): Promise<Enrolled> {
  const others = profile.enrollments.filter((stub) => stub.enrollmentId !== own.enrollmentId);
  const { journeys, enrollments } = await readEnrolled(
    ports,
    others,
    (_, other) => other.watchesProfile || other.plan.isMovable,
  );
  return {
    journeys: new Map([...journeys, [versionKey(own), journey]]),
    enrollments: new Map([[own.enrollmentId, own], ...enrollments]),
  };
}

async function readSuppressions(ports: TouchPorts, touch: TouchDefinition, profile: Profile) {
  const addresses = sendChannels(touch).flatMap((channel) => {
    const address = addressFor(profile, channel);
    return address ? [{ channel, addressHash: ports.ids.addressHash(channel, address.value) }] : [];
  });
  return addresses.length === 0 ? [] : ports.profiles.suppressions(addresses);
}

const parsed = new Map<string, TouchDefinition>();
/** Each touch's definition is the same text every time: parsed once. */
function parsedTouch(text: string): TouchDefinition {
  let touch = parsed.get(text);
  if (!touch) {
    touch = JSON.parse(text) as TouchDefinition;
    if (parsed.size >= 1_000) parsed.clear();
    parsed.set(text, touch);
  }
  return touch;
}
