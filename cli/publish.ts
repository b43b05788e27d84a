import { Command, InvalidArgumentError, Option } from 'commander';
import { placed, type PlaceOptions } from './place.ts';
import { planLines, publishedLines } from './plan-lines.ts';
import {
  asking,
  migrate,
  pathOf,
  planned,
  print,
  templatesOf,
  user,
  wishOf,
  type Answer,
  type PublishOptions,
} from './publishing.ts';

const inside = new Option('--inside <policy>', 'what becomes of those inside: pin, migrate or drain')
  .choices(['pin', 'migrate', 'drain'])
  .default('pin');

/** `sojourn plan`: what publishing would change, and for whom. */
export const planCommand = (): Command =>
  placed(
    new Command('plan').description('what publishing the documents would change, and what becomes of those inside'),
  )
    .argument('[journeys...]', 'journeys that were rolled back or closed, and are to follow their documents again')
    .option('--json', 'everything, as JSON')
    .action((journeys: readonly string[], options: PlaceOptions & { readonly json?: boolean }) =>
      asking(options, false, async (home) => {
        const answer = await planned(home, options, journeys);
        const drift = options.home === 'aws' ? ((await home.get('/api/drift')) as Drift).lines : undefined;
        if (options.json) return print(JSON.stringify({ ...answer, ...(drift && { drift }) }, null, 2));
        if (answer.plan) print(planLines(answer.plan, answer.held).join('\n'));
        if (!drift || drift.length === 0) return;
        if (answer.plan) print('');
        print(['Otherwise than it was deployed', ...drift.map((line) => `  ${line}`)].join('\n'));
      }),
    );
interface Drift {
  readonly lines: readonly string[];
}

/** `sojourn publish`: makes the documents of the folder the current ones. */
export const publishCommand = (): Command =>
  placed(new Command('publish').description('makes the documents of the folder the current ones, while the home runs'))
    .argument('[journeys...]', 'journeys that were rolled back or closed, and are to follow their documents again')
    .addOption(inside)
    .option('--why <text>', 'why, for the history')
    .action((journeys: readonly string[], options: PublishOptions) =>
      asking(options, true, async (home) => {
        const { plan } = await planned(home, options, journeys);
        if (!plan) return;
        const templates = options.home === 'aws' ? await templatesOf(options) : undefined;
        if (options.home === 'aws' && !templates) return;
        const wish = { ...wishOf(options, journeys), templates };
        const answer = (await home.post('/api/publications', JSON.stringify(wish))) as Answer;
        if (answer.plan) print(publishedLines(answer.plan, answer.held).join('\n'));
        if (options.inside !== 'migrate') return;
        for (const { journeyId } of plan.journeys.filter(({ status }) => status === 'changed'))
          await migrate(home, journeyId);
      }),
    );

/** `sojourn rollback`: makes an earlier version of one journey the current one. */
export const rollbackCommand = (): Command =>
  placed(new Command('rollback').description('makes an earlier version of a journey the current one'))
    .argument('<journey>', 'id of the journey')
    .option('--to <number>', 'the version; the one before the current one where it is not said', readNumber)
    .option('--why <text>', 'why, for the history')
    .action((journeyId: string, options: PlaceOptions & { readonly to?: number; readonly why?: string }) =>
      asking(options, true, async (home) => {
        const body = JSON.stringify({ number: options.to, by: user(), reason: options.why });
        const { plan, held } = (await home.post(pathOf(journeyId, 'rollback'), body)) as Answer;
        if (plan) print(publishedLines(plan, held).join('\n'));
      }),
    );

/** `sojourn migrate`: moves those inside earlier versions of a journey to the current one. */
export const migrateCommand = (): Command =>
  placed(new Command('migrate').description('moves those inside earlier versions of a journey to the current one'))
    .argument('<journey>', 'id of the journey')
    .action((journeyId: string, options: PlaceOptions) => asking(options, true, (home) => migrate(home, journeyId)));

function readNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('A version is a whole number from 1 on.');
  return number;
}
