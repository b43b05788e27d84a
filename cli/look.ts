import { Command } from 'commander';
import type { Journey } from '../core/journey/document.ts';
import { stepsIn } from '../core/journey/walk.ts';
import { isObject } from '../core/json.ts';
import { experimentLines } from './experiment-lines.ts';
import { AnswerRefused, type Connection } from './connection.ts';
import {
  deliveryLine,
  enrollmentLine,
  entryLines,
  inOrder,
  listed,
  membershipLines,
  traitLines,
  profileLines,
  refusalLine,
  rows,
  scheduleLines,
  stepLines,
  timelineLine,
  type Thing,
} from './look-lines.ts';
import { placed, type PlaceOptions } from './place.ts';
import { asking, print } from './publishing.ts';
import { giveUp } from './settings.ts';

/** What looking commands are told beside whom or what they are about. */
export interface LookOptions extends PlaceOptions {
  readonly json?: boolean;
}

export const looking = (command: Command): Command => placed(command).option('--json', 'everything, as JSON');

/** Asks a home, and tells in words where it has no answer. */
export const ask = (options: LookOptions, work: (home: Connection) => Promise<string>): Promise<void> =>
  asking(options, false, async (home) => print(await work(home)));

/** `sojourn profile`: what is known of one person. */
export const profileCommand = (): Command =>
  looking(
    new Command('profile')
      .description('what is known of one person, and what happened to them')
      .argument('<who>', 'profile id, userId:…, anonymousId:…, email:… or phone:…'),
  ).action((who: string, options: LookOptions) =>
    ask(options, async (home) => {
      const profile = await findProfile(home, who);
      const path = `/api/profiles/${encodeURIComponent(String(profile['profileId']))}`;
      const [timeline, enrollments, deliveries] = await Promise.all(
        ['timeline', 'enrollments', 'deliveries'].map((list) => items(home, `${path}/${list}?limit=50`)),
      );
      if (options.json) return JSON.stringify({ profile, timeline, enrollments, deliveries }, null, 2);
      return [
        ...profileLines(profile),
        'Journeys',
        ...rows(enrollments!.map(enrollmentLine)),
        'Latest',
        ...rows(timeline!.slice(0, 25).map(timelineLine)),
      ].join('\n');
    }),
  );

/** `sojourn journey`: who is in a journey, and what became of them. */
export const journeyCommand = (): Command =>
  looking(
    new Command('journey')
      .description('who is in a journey, at which step, and what became of the others')
      .argument('<id>', 'id of the journey'),
  ).action((id: string, options: LookOptions) =>
    ask(options, async (home) => {
      const journey = (await home.get(`/api/journeys/${encodeURIComponent(id)}`)) as Thing;
      if (options.json) return JSON.stringify(journey, null, 2);
      const experiments = journey['experiments'] as readonly Thing[];
      const counts = journey['counts'] as { readonly [kind: string]: { readonly [name: string]: number } };
      const line = (name: string, of: string): string => `${name.padEnd(14)}${listed(counts[of] ?? {})}`;
      const { reached = {}, deliveries = {} } = counts;
      const written = stepsIn((journey['document'] as Journey).steps, ['steps']).flatMap(({ step }) => step.id ?? []);
      const steps = inOrder(written, [...Object.keys(reached), ...Object.keys(deliveries)]);
      return [
        `${String(journey['name'])} (${id}, ${String(journey['stage'])}, ${String(journey['kind'])}, version ${String(journey['version'])})`,
        ...scheduleLines(journey['schedule'] as Thing | undefined),
        line('People', 'byStatus'),
        line('Ended by', 'byReason'),
        `${'Goal'.padEnd(14)}${String(counts['goals'])} reached it`,
        line('Standing at', 'standing'),
        'Steps',
        ...rows(stepLines(steps, reached, deliveries as unknown as Parameters<typeof stepLines>[2])),
        ...(experiments.length > 0 ? ['Experiments', ...rows(experiments.flatMap(experimentLines))] : []),
      ].join('\n');
    }),
  );

/** `sojourn explain`: why a person is, or is not, in a journey, a segment or an audience, and why a computed trait says what it says. */
export const explainCommand = (): Command =>
  looking(
    new Command('explain')
      .description(
        'why a person is, or is not, in a journey, a segment or an audience, why each message was sent or not, and what a computed trait is made of',
      )
      .argument('<profile>', 'as for `profile`')
      .argument(
        '<what>',
        'id of a journey, a segment, an audience or a computed trait; journey:…, segment:…, audience:… or trait:… where two have it',
      ),
  ).action((who: string, what: string, options: LookOptions) =>
    ask(options, async (home) => {
      const profile = await findProfile(home, who);
      const { kind, id, found } = await findExplained(home, String(profile['profileId']), what);
      if (options.json) return JSON.stringify(found, null, 2);
      const heading = `${String(profile['userId'] ?? profile['profileId'])} and the ${kind} "${id}"`;
      if (kind === 'trait') return [heading, ...traitLines(found)].join('\n');
      if (kind !== 'journey') return [heading, ...membershipLines(found)].join('\n');
      const list = (key: string): readonly Thing[] => found[key] as readonly Thing[];
      return [
        heading,
        'Enrollments',
        ...rows(list('enrollments').map(enrollmentLine)),
        'Messages',
        ...rows(list('deliveries').map(deliveryLine)),
        ...(list('refusals').length > 0
          ? ['Triggers that were refused', ...rows(list('refusals').map(refusalLine))]
          : []),
        ...entryLines(list('entry')),
      ].join('\n');
    }),
  );

interface Explained {
  readonly kind: 'journey' | 'segment' | 'audience' | 'trait';
  readonly id: string;
  readonly found: Thing;
}
/** What is said of one person by the first of the kinds that has such an id. */
async function findExplained(home: Connection, profileId: string, what: string): Promise<Explained> {
  const [, named, rest] = /^(journey|segment|audience|trait):(.+)$/.exec(what) ?? [];
  const id = rest ?? what;
  const kinds = (['journey', 'segment', 'audience', 'trait'] as const).filter(
    (kind) => named === undefined || kind === named,
  );
  let refusal: AnswerRefused | undefined;
  for (const kind of kinds) {
    try {
      const path = `/api/profiles/${encodeURIComponent(profileId)}/${kind}s/${encodeURIComponent(id)}`;
      return { kind, id, found: (await home.get(path)) as Thing };
    } catch (error) {
      if (!(error instanceof AnswerRefused) || error.status !== 404) throw error;
      // The one that knows a name like it speaks for all.
      if (!refusal || /Did you mean/.test(error.message)) refusal = error;
    }
  }
  if (kinds.length === 1 || /Did you mean/.test(refusal?.message ?? '')) throw refusal!;
  return giveUp(`There is no journey, no segment, no audience and no computed trait "${id}".`);
}

export async function findProfile(home: Connection, who: string): Promise<Thing> {
  const [, kind, value] = /^(userId|anonymousId|email|phone):(.+)$/.exec(who) ?? [];
  if (kind === undefined || value === undefined) {
    const found = await home.get(`/api/profiles/${encodeURIComponent(who)}`).catch((error: unknown) => {
      if (error instanceof AnswerRefused && error.status === 404) return undefined;
      throw error;
    });
    const guess = who.includes('@') ? `email:${who}` : `userId:${who}`;
    return (
      (found as Thing | undefined) ?? giveUp(`There is no person with the profile id "${who}". Did you mean ${guess}?`)
    );
  }
  const [profile] = await items(home, `/api/profiles?${kind}=${encodeURIComponent(value)}`);
  return profile ?? giveUp(`There is no person with ${kind} "${value}".`);
}

export async function items(home: Connection, path: string): Promise<readonly Thing[]> {
  const list = await home.get(path);
  return isObject(list) ? (list['items'] as readonly Thing[]) : [];
}
