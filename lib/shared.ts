import type { Alarms } from './alarms.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { HomeSecret } from './secret.ts';
import type { FunctionDefaults } from './sojourn-function.ts';
import type { Store } from './store.ts';

/** What every construct of the app stack is given. */
export interface Shared {
  /** What functions have in common. */
  readonly defaults: FunctionDefaults;
  /** People and history. */
  readonly store: Store;
  /** Keys and credentials. */
  readonly secret: HomeSecret;
  /** Where goes what cannot be carried out. */
  readonly deadLetters: DeadLetters;
  /** Where alarms are added. */
  readonly alarms: Alarms;
}
