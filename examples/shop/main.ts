import { existsSync, readdirSync, rmSync } from 'node:fs';
import { listen, openHome } from '../../cli/start.ts';
import { createProgress } from '../../cli/progress.ts';
import { exitCodes, giveUp, settings } from '../../cli/settings.ts';
import { stopwatch } from '../../local/clock.ts';
import { liveYear } from './live.ts';
import { inWords, summarise } from './summary.ts';

/** `npm start`: a year of the example shop on a fast clock, then a summary, then the server stays up. */
const people = Number(process.env['SHOP_PEOPLE'] ?? 2_000);
const days = Number(process.env['SHOP_DAYS'] ?? 365);
const seed = Number(process.env['SHOP_SEED'] ?? 7);
const startMs = Date.UTC(2025, 10, 1);
const ownFolder = '.sojourn-shop';

const data = process.env['SOJOURN_DATA'] ?? ownFolder;
// The year's own folder is begun anew each time; a folder that was named by hand is never emptied.
if (data === ownFolder) rmSync(data, { recursive: true, force: true });
else if (existsSync(data) && readdirSync(data).length > 0)
  giveUp(`The year needs an empty folder, and ${data} is not. Name another one with SOJOURN_DATA.`);

const home = await openHome({ data, workflows: settings.workflows, clock: 'fast', now: startMs, port: settings.port });
const server = await listen(home, settings.port);
process.stdout.write(
  `A year of a small shop: ${people.toLocaleString('en')} people, all of them made up (seed ${seed}).\n`,
);
process.stdout.write(`Watch what they are sent: ${server.url}/outbox?token=${server.token}\n\n`);

const progress = createProgress('Living through the year', days);
const elapsedMs = stopwatch();
const lived = await liveYear(home, [seed, { people, startMs, days }], (atMs, messages) => {
  progress.update(
    Math.floor((atMs - startMs) / 86_400_000),
    `${new Date(atMs).toISOString().slice(0, 10)}, ${messages.toLocaleString('en')} events`,
  );
});
await home.scheduler.wind(startMs + days * 86_400_000);
progress.done(
  `${lived.messages.toLocaleString('en')} messages came in, ${lived.refused} of them were refused, in ${Math.round(elapsedMs() / 1000)} s`,
);
const summary = summarise(home);
process.stdout.write(`\n${inWords(summary)}\n\n`);
process.stdout.write(`Everything stays up at ${server.url}/outbox?token=${server.token}\n`);
process.stdout.write(`API token: ${server.token}   (end with Ctrl-C)\n`);
if (summary.afterConversion > 0) process.exitCode = exitCodes.problems;

const stop = async (): Promise<void> => {
  await server.close();
  await home.close();
  process.exit(process.exitCode ?? exitCodes.ok);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
