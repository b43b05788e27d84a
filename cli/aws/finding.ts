import type { Workspace } from '../../core/journey/document.ts';
import { CannotRun, type Code } from './cannot-run.ts';
import type { Where } from './deployed.ts';

/** `blocked`: something cannot be done at all; `unknown`: this account may not be asked. */
export type Level = 'ok' | 'raise' | 'blocked' | 'unknown';

/** One thing about an account. */
export interface Finding {
  readonly level: Level;
  /** Stable, for scripts. */
  readonly code: string;
  /** What it is now, in a sentence. */
  readonly is: string;
  /** What it should be, and why. */
  readonly should?: string;
  /** Where to ask, or what to run. */
  readonly ask?: string;
}

/** What is looked at, and for whom. */
export interface Account extends Where {
  readonly workspace: Workspace;
  /** What the two stacks tell; empty where they are not deployed. */
  readonly outputs: ReadonlyMap<string, string>;
  /** How many functions are deployed, or will be. */
  readonly functions: number;
}
export type Check = (account: Account) => Promise<readonly Finding[]>;

/** A page of the console in the account's region. */
export const consoleAt = ({ region }: Where, path: string): string => {
  const [page, fragment] = path.split('#');
  const query = region === undefined ? '' : `?region=${region}`;
  return `https://console.aws.amazon.com/${page}${query}${fragment === undefined ? '' : `#${fragment}`}`;
};

/** A number as it is read. */
export const figure = (value: number): string => value.toLocaleString('en-GB');

/** No other check would come further. */
const hopeless: readonly Code[] = ['no-credentials', 'credentials-refused', 'no-region'];

/** One check by itself: what it may not ask makes it unknown, and leaves the others as they are. */
export async function examine(code: string, account: Account, check: Check): Promise<readonly Finding[]> {
  try {
    return await check(account);
  } catch (error) {
    if (!(error instanceof CannotRun) || hopeless.includes(error.code)) throw error;
    return [{ level: 'unknown', code, is: `Unknown: ${error.message}` }];
  }
}
