import { Command } from 'commander';
import { ask, looking, type LookOptions } from './look.ts';
import { groupLines, type Thing } from './look-lines.ts';

/** `sojourn group`: what is known of a company, a household or another group, and who is in it. */
export const groupCommand = (): Command =>
  looking(
    new Command('group')
      .description('what is known of a company, a household or another group, and who is in it')
      .argument('<type>', 'company, household or another type')
      .argument('<id>', 'the groupId of its calls'),
  ).action((type: string, id: string, options: LookOptions) =>
    ask(options, async (home) => {
      const path = `/api/groups/${encodeURIComponent(type)}/${encodeURIComponent(id)}`;
      const group = (await home.get(path)) as Thing;
      const members = (await home.get(`${path}/members?limit=20`)) as Thing;
      if (options.json) return JSON.stringify({ ...group, members }, null, 2);
      return groupLines(group, members).join('\n');
    }),
  );
