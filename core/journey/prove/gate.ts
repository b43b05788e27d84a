import { mostOf } from '../../message/breaker.ts';
import { covers } from '../../message/covers.ts';
import { usualPriority } from '../../message/wants.ts';
import { addDuration } from '../../time/duration.ts';
import { quietUntil } from '../../time/calendar.ts';
import type { Channel, Documents, FrequencyCap, Workspace } from '../document.ts';
import type { Scene, Sent } from './story.ts';

/** A message on a path. */
interface Message {
  readonly scene: Scene;
  readonly send: Sent;
}

const hourMs = 3_600_000;

/**
 * The messages of a path that the gate lets through, with its caps, priorities and breaker; quiet hours are in the path itself.
 * @returns undefined where it puts one off, or where a journey goes another way or is stopped: what comes then is another path
 */
export function throughGate(
  story: readonly Scene[],
  { workspace, journeys }: Pick<Documents, 'workspace' | 'journeys'>,
): ReadonlyMap<Scene, Sent> | undefined {
  const priority = new Map(journeys.map((journey) => [journey.id, journey.priority ?? usualPriority]));
  const messages = story
    .flatMap((scene): readonly Message[] => (scene.send ? [{ scene, send: scene.send }] : []))
    .sort((a, b) => a.scene.atMs - b.scene.atMs || priority.get(b.scene.journeyId)! - priority.get(a.scene.journeyId)!);
  const through: Message[] = [];
  for (const message of messages) {
    if (isRunaway(message, through, workspace)) return undefined;
    const decision = decide(message, through, workspace);
    if (decision === 'other-path') return undefined;
    if (decision) through.push({ scene: message.scene, send: decision });
  }
  return new Map(through.map(({ scene, send }) => [scene, send]));
}

/** The message as it goes out, by its first channel or by another; undefined where it is skipped. */
function decide(
  { scene, send }: Message,
  through: readonly Message[],
  workspace: Workspace,
): Sent | 'other-path' | undefined {
  const choices = [send, ...send.others.map((other): Sent => ({ ...send, ...other }))];
  const fates = choices.map((choice) => fateOf({ scene, send: choice }, through, workspace));
  const first = choices.find((_, index) => fates[index] === 'goes');
  if (first) return first;
  return send.hasOtherWay || fates.includes('waits') ? 'other-path' : undefined;
}

function fateOf(message: Message, through: readonly Message[], workspace: Workspace): 'goes' | 'waits' | 'skipped' {
  const { channel, isMarketing } = message.send;
  const quiet = isMarketing ? workspace.quietHours?.[channel as Channel] : undefined;
  if (quiet && quietUntil(message.scene.atMs, quiet, workspace.timeZone) !== undefined) return 'waits';
  const full = (workspace.frequencyCaps ?? []).filter((cap) => isFull(cap, message, through, workspace.timeZone));
  if (full.length === 0) return 'goes';
  return full.every(({ then, atMost }) => then === 'defer' && atMost > 0) ? 'waits' : 'skipped';
}

/** Whether one more message of a journey within an hour stops it. */
const isRunaway = ({ scene }: Message, through: readonly Message[], workspace: Workspace): boolean =>
  through.filter((one) => one.scene.journeyId === scene.journeyId && one.scene.atMs > scene.atMs - hourMs).length >=
  mostOf(workspace);

function isFull(cap: FrequencyCap, { scene, send }: Message, through: readonly Message[], zone: string): boolean {
  if (!isCovered(cap, send)) return false;
  const live = through.filter(
    (one) => isCovered(cap, one.send) && addDuration(one.scene.atMs, cap.within, zone, 1) > scene.atMs,
  );
  return live.length >= cap.atMost;
}

/** Whether a cap counts a message. */
export const isCovered = (
  cap: FrequencyCap,
  { channel, topic, isMarketing }: Pick<Sent, 'channel' | 'topic' | 'isMarketing'>,
): boolean => isMarketing && channel !== 'webhook' && covers(cap, channel, 'marketing', topic);
