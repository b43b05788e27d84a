import { Command } from 'commander';
import type { Connection } from './connection.ts';
import { looking, type LookOptions } from './look.ts';
import type { Thing } from './look-lines.ts';
import { asking, print } from './publishing.ts';
import { exitCodes, giveUp } from './settings.ts';
import { counted } from './words.ts';

interface QuarantineOptions extends LookOptions {
  readonly event?: string;
  readonly problem?: string;
  readonly replay?: boolean;
  readonly drop?: boolean;
  readonly all?: boolean;
}
/** Events that are shown one by one. */
const mostShown = 50;

/** `sojourn quarantine`: events that are not as the catalogue says. */
export const quarantineCommand = (): Command =>
  looking(new Command('quarantine'))
    .description('events that are not as the catalogue says: counted, listed, let in after a fix, or dropped')
    .option('--event <name>', 'only events of this name')
    .option('--problem <code>', 'only events with this problem, such as property_missing')
    .option('--replay', 'lets them in by the same door as all others; exit code 1 where some stay')
    .option('--drop', 'drops them for good; needs --event, --problem or --all')
    .option('--all', 'with --drop: all of them')
    .action(run);

async function run(options: QuarantineOptions): Promise<void> {
  const { replay, drop, all, event, problem } = options;
  if (replay && drop) giveUp('Say either --replay or --drop.');
  if (drop && !all && event === undefined && problem === undefined)
    giveUp('Say which events are to be dropped: --event <name>, --problem <code> or --all.');
  return asking(options, false, async (home) => {
    const {
      told,
      lines,
      isDone = true,
    } = await (replay ? replayAll(home, options) : drop ? dropAll(home, options) : look(home, options));
    print(options.json ? JSON.stringify(told, null, 2) : lines.join('\n'));
    process.exitCode = isDone ? exitCodes.ok : exitCodes.problems;
  });
}

interface Said {
  readonly told: Thing;
  readonly lines: readonly string[];
  readonly isDone?: boolean;
}
const meant = ({ event, problem, all }: QuarantineOptions): { readonly [name: string]: string } => ({
  ...(event !== undefined && { event }),
  ...(problem !== undefined && { problem }),
  ...(all && { all: 'true' }),
});

async function look(home: Connection, options: QuarantineOptions): Promise<Said> {
  const { event, problem } = options;
  const summary = (await home.get('/api/quarantine/summary')) as Thing;
  if (event === undefined && problem === undefined) {
    const items = summary['items'] as readonly Thing[];
    return {
      told: summary,
      lines: [
        `${counted(Number(summary['quarantined']), 'event is', 'events are')} set aside.`,
        ...items.map(countLine),
      ],
    };
  }
  const query = new URLSearchParams({ ...meant({ ...options, all: false }), limit: String(mostShown) });
  const listed = (await home.get(`/api/quarantine?${String(query)}`)) as Thing;
  const items = listed['items'] as readonly Thing[];
  const more = 'next' in listed ? [`… and more; only ${mostShown} are looked at here.`] : [];
  return { told: listed, lines: [...(items.length === 0 ? ['None.'] : items.map(eventLine)), ...more] };
}

const countLine = ({ event, mode, code, path, count, firstAt, lastAt }: Thing): string =>
  `  ${String(event)}: ${String(code)} ${String(path)}, ${counted(Number(count), 'time')} ${mode === 'warn' ? 'let in' : 'set aside'}, ${String(firstAt)} to ${String(lastAt)}`;
const eventLine = ({ quarantineId, event, occurredAt, problems }: Thing): string =>
  `${String(occurredAt)}  ${String(event)}  ${(problems as readonly Thing[]).map(({ code, path }) => `${String(code)} ${String(path)}`).join(', ')}  ${String(quarantineId)}`;

const outcomes = ['replayed', 'duplicate', 'erased', 'wrong', 'refused'] as const;
/** Asks until all that are meant were looked at. */
async function replayAll(home: Connection, options: QuarantineOptions): Promise<Said> {
  const sums: { [outcome: string]: number } = Object.fromEntries(outcomes.map((one) => [one, 0]));
  for (let cursor: unknown, left = 0; ;) {
    const body = { ...meant({ ...options, all: false }), ...(typeof cursor === 'string' && { cursor }) };
    const answer = (await home.post('/api/quarantine/replay', JSON.stringify(body))) as Thing;
    for (const one of outcomes) sums[one]! += Number(answer[one]);
    left = Number(answer['left']);
    cursor = answer['next'];
    if (cursor !== undefined) continue;
    const { replayed = 0, duplicate = 0, wrong = 0, refused = 0 } = sums;
    const line = `${counted(replayed, 'event')} came in, ${duplicate} had come in before, ${wrong} still wrong, ${refused} refused; ${left} set aside.`;
    return { told: { ...sums, left }, lines: [line], isDone: wrong + refused === 0 };
  }
}

async function dropAll(home: Connection, options: QuarantineOptions): Promise<Said> {
  for (let dropped = 0, cursor: unknown; ;) {
    const query = new URLSearchParams({ ...meant(options), ...(typeof cursor === 'string' && { cursor }) });
    const answer = (await home.delete(`/api/quarantine?${String(query)}`)) as Thing;
    dropped += Number(answer['dropped']);
    cursor = answer['next'];
    if (cursor !== undefined) continue;
    return {
      told: { dropped, left: answer['left'] },
      lines: [`${counted(dropped, 'event')} dropped; ${String(answer['left'])} set aside.`],
    };
  }
}
