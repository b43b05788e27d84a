import { withCopies } from '../../core/group/copies.ts';
import { groupKeyOf, type GroupId, type ReadGroup } from '../../core/group/group.ts';
import type { Fills, Groups, Ports } from '../../core/ports.ts';
import { historyIds, newestIdentifier, type Profile } from '../../core/profile/profile.ts';
import { ranksToCome, wouldBeMember, type Preview } from '../../core/segment/preview.ts';

export type PreviewPorts = Pick<Ports, 'profiles' | 'clock' | 'definitions'> & {
  readonly fills: Pick<Fills, 'people' | 'parts'>;
  readonly groups: Pick<Groups, 'group'>;
  /** Lets others have their turn. */
  readonly rest: () => Promise<void>;
  /** How many people are asked at once. */
  readonly atOnce?: number;
};

/** Where a preview goes on: after whom, in which part of everybody. */
export interface PreviewPlace {
  readonly part: number;
  readonly after?: string;
}
/** What some of everybody say of a segment that is not published. */
export interface Previewed {
  /** People who were asked. */
  readonly people: number;
  readonly members: number;
  /** Members who are in no segment of this id now, and people who would leave it. */
  readonly entering: number;
  readonly leaving: number;
  /** Some of the members. */
  readonly sample: readonly { readonly profileId: string; readonly userId?: string }[];
  /** Published segment → how many of the members are in it. */
  readonly overlap: { readonly [segmentId: string]: number };
  /** Published segment → how many of those who were asked are in it. */
  readonly sizes: { readonly [segmentId: string]: number };
  /** Whether a segment of this id is published. */
  readonly isPublished: boolean;
  /** Ranks that are known only after publication: nobody has them here. */
  readonly waits?: readonly string[];
  /** Absent once everybody was asked. */
  readonly next?: PreviewPlace;
}

/** People read at once. */
const batch = 100;
export const mostSampled = 10;
/** Groups that are kept in mind. */
const mostGroups = 10_000;

/** Asks everybody, until time is over, whether they would be in a segment; nothing is written. */
export const previewSegment =
  ({ profiles, definitions, clock, fills, groups, rest, atOnce = 1 }: PreviewPorts) =>
  async (preview: Preview, from: PreviewPlace, isTimeOver: () => boolean): Promise<Previewed> => {
    const counts = { people: 0, members: 0, entering: 0, leaving: 0 };
    const sample: Previewed['sample'][number][] = [];
    const overlap: { [segmentId: string]: number } = {};
    const sizes: { [segmentId: string]: number } = {};
    // Nobody has a copy of what only these documents ask for.
    const read = new Map<string, Promise<ReadGroup | undefined>>();
    const groupOf = (id: GroupId): Promise<ReadGroup | undefined> => {
      const key = groupKeyOf(id);
      const known = read.get(key) ?? groups.group(id);
      if (read.size >= mostGroups) read.clear();
      read.set(key, known);
      return known;
    };
    const ask = async (profileId: string): Promise<void> => {
      const profile = (await profiles.load(profileId))?.profile;
      // Whoever became part of somebody is asked as that one.
      if (profile?.profileId !== profileId || profile.isErased) return;
      const history =
        preview.names.length === 0 ? [] : await profiles.history(historyIds(profile), { names: preview.names });
      const asked = {
        ...profile,
        groups: await withCopies(profile.groups, preview.definitions.groupTraits, groupOf),
      };
      const [was, is] = [
        Object.hasOwn(profile.segments, preview.id),
        wouldBeMember(asked, history, preview, clock.nowMs()),
      ];
      counts.people++;
      for (const id of Object.keys(profile.segments)) sizes[id] = (sizes[id] ?? 0) + 1;
      if (was && !is) counts.leaving++;
      if (!is) return;
      counts.members++;
      if (!was) counts.entering++;
      if (sample.length < mostSampled) sample.push(shownOf(profile));
      for (const id of Object.keys(profile.segments)) if (id !== preview.id) overlap[id] = (overlap[id] ?? 0) + 1;
    };
    let place: PreviewPlace | undefined = from;
    while (place) {
      const { part, after }: PreviewPlace = place;
      const { profileIds, cursor } = await fills.people(part, after, batch);
      for (let at = 0; at < profileIds.length; at += atOnce)
        await Promise.all(profileIds.slice(at, at + atOnce).map(ask));
      const isPartOver = cursor === undefined;
      place = isPartOver ? (part + 1 < fills.parts ? { part: part + 1 } : undefined) : { part, after: cursor };
      if (isTimeOver()) break;
      await rest();
    }
    const isPublished = (await definitions.current()).segments.some(({ id }) => id === preview.id);
    const waits = ranksToCome(preview);
    return {
      ...counts,
      sample,
      overlap,
      sizes,
      isPublished,
      ...(waits.length > 0 && { waits }),
      ...(place && { next: place }),
    };
  };

function shownOf(profile: Profile): Previewed['sample'][number] {
  const userId = newestIdentifier(profile, 'userId')?.value;
  return { profileId: profile.profileId, ...(userId !== undefined && { userId }) };
}
