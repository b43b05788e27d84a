import { Option, type Command } from 'commander';
import type { Where } from './aws/deployed.ts';
import { settings } from './settings.ts';

/** Which home is meant, and whose documents. */
export interface PlaceOptions extends Where {
  readonly home: 'local' | 'aws';
  readonly data: string;
  readonly workflows: string;
}

const stages = ['dev', 'stage', 'prod'];
/** Which deployment a command is about. */
export const onAws = (command: Command): Command =>
  command
    .addOption(new Option('--stage <stage>', 'stage that was deployed').choices(stages).default('dev'))
    .option('--region <region>', 'region of AWS; by default that of the shell');

/** Which home a command is about. */
export const placed = (command: Command): Command =>
  onAws(command)
    .addOption(new Option('--home <home>', 'where it runs').choices(['local', 'aws']).default('local'))
    .option('--data <folder>', 'data folder of the local home', settings.data)
    .option('--workflows <folder>', 'workflows folder', settings.workflows);
