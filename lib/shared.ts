import type { Alarms } from './alarms.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { HomeSecret } from './secret.ts';
import type { FunctionDefaults } from './sojourn-function.ts';
import type { Store } from './store.ts';

/** What every construct of the app stack is given. */
export interface Shared {
  readonly defaults: FunctionDefaults;
  readonly store: Store;
  readonly secret: HomeSecret;
  readonly deadLetters: DeadLetters;
  readonly alarms: Alarms;
}
