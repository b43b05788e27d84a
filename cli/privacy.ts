import { chmodSync, closeSync, openSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { exportedHoldings, holdingOf } from '../core/privacy/inventory.ts';
import { ask, findProfile, looking, type LookOptions } from './look.ts';
import type { Thing } from './look-lines.ts';
import { createProgress } from './progress.ts';
import { giveUp } from './settings.ts';
import { counted } from './words.ts';

const who = 'profile id, userId:…, anonymousId:…, email:… or phone:…';

/** `sojourn export`: all that is kept of one person, for them. */
export const exportCommand = (): Command =>
  looking(
    new Command('export')
      .description('all that is kept of one person, as JSON they can be given')
      .argument('<who>', who)
      .option('--out <file>', 'where to write it; else on stdout'),
  ).action((name: string, options: LookOptions & { readonly out?: string }) => {
    if (options.out !== undefined) keepPrivate(options.out);
    return ask(options, async (home) => {
      const profileId = String((await findProfile(home, name))['profileId']);
      const progress = createProgress('export', undefined);
      const all: { [holding: string]: { readonly holds: string; readonly rows: unknown[] } } = {};
      for (const holding of exportedHoldings) all[holding] = { holds: holdingOf(holding).holds, rows: [] };
      let count = 0;
      for (let cursor: string | undefined, isMore = true; isMore;) {
        const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page = (await home.get(`/api/profiles/${encodeURIComponent(profileId)}/export?limit=1000${query}`)) as {
          readonly items: readonly { readonly holding: string; readonly row: unknown }[];
          readonly next?: string;
        };
        for (const { holding, row } of page.items) all[holding]!.rows.push(row);
        count += page.items.length;
        progress.update(count, counted(count, 'row'));
        cursor = page.next;
        isMore = cursor !== undefined;
      }
      if (options.out !== undefined) progress.done(counted(count, 'row'));
      const text = JSON.stringify({ exportedAt: new Date().toISOString(), profileId, ...all }, null, 2);
      if (options.out === undefined) return text;
      writeFileSync(options.out, `${text}\n`);
      return `${counted(count, 'row')} of ${profileId} stand in ${options.out}.`;
    });
  });

/** What will be written is all that is known of somebody: nobody else on this machine is to read it, also where the file was there. */
function keepPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
  } catch (error) {
    giveUp(`The file ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `sojourn erase`: forgets one person, for good. */
export const eraseCommand = (): Command =>
  looking(
    new Command('erase')
      .description('forgets one person for good, wherever something of them is kept, and prints the receipt')
      .argument('<who>', who)
      .option('--yes', 'really')
      .option('--why <text>', 'why, for the receipt'),
  ).action((name: string, options: LookOptions & { readonly yes?: boolean; readonly why?: string }) =>
    ask(options, async (home) => {
      const profileId = String((await findProfile(home, name))['profileId']);
      if (options.yes !== true)
        giveUp(
          `Everything that is kept of ${profileId} would be gone for good. Say --yes if that is meant; sojourn export shows it.`,
        );
      const body = JSON.stringify({ ...(options.why !== undefined && { reason: options.why }) });
      const receipt = (await home.post(`/api/profiles/${encodeURIComponent(profileId)}/erase`, body)) as Thing;
      return options.json ? JSON.stringify(receipt, null, 2) : receiptLines(receipt).join('\n');
    }),
  );

/** A receipt in words. */
export function receiptLines(receipt: Thing): readonly string[] {
  const { erasureId, profileId, status, deleted, kept, tombstones, suppressed } = receipt as {
    readonly erasureId: string;
    readonly profileId: string;
    readonly status: string;
    readonly deleted: { readonly [holding: string]: number };
    readonly kept: { readonly [holding: string]: string };
    readonly tombstones: number;
    readonly suppressed: number;
  };
  const gone = Object.entries(deleted).map(([holding, count]) => `  ${holding.padEnd(16)}${count}`);
  const stays = Object.entries(kept).map(([holding, why]) => `  ${holding.padEnd(16)}${why}`);
  return [
    status === 'done'
      ? `${profileId} is forgotten. Receipt ${erasureId}.`
      : `${profileId} is being forgotten: nothing is sent to them or said of them any more, and the rest goes within minutes. Receipt ${erasureId}.`,
    'Deleted',
    ...(gone.length === 0 ? ['  nothing yet'] : gone),
    `${counted(tombstones, 'identifier')} known by keyed hash from now on, ${counted(suppressed, 'address', 'addresses')} never written to again.`,
    'Kept',
    ...stays,
  ];
}
