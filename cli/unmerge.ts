import { Command } from 'commander';
import { ask, findProfile, looking, type LookOptions } from './look.ts';
import type { Thing } from './look-lines.ts';

/** `sojourn unmerge`: makes two people of one again. */
export const unmergeCommand = (): Command =>
  looking(
    new Command('unmerge')
      .description('takes a profile out of the one that it was merged into; both have again what was theirs')
      .argument('<who>', 'profile id, userId:…, anonymousId:…, email:… or phone:…')
      .argument('<merged>', 'the id of the profile that became part of it'),
  ).action((name: string, merged: string, options: LookOptions) =>
    ask(options, async (home) => {
      const profileId = String((await findProfile(home, name))['profileId']);
      const body = JSON.stringify({ profileId: merged });
      const answer = (await home.post(`/api/profiles/${encodeURIComponent(profileId)}/unmerge`, body)) as Thing;
      if (options.json) return JSON.stringify(answer, null, 2);
      return `${merged} is no part of ${String(answer['profileId'])} any more. No event makes them one again; an alias under the server key does.`;
    }),
  );
