import type { PoolCount } from '../../../core/coupon/code.ts';
import type { JourneyVersion } from '../../../core/definitions.ts';
import type { EntryAnswer, Trigger } from '../../../core/enrollment/enter.ts';
import type { CouponPool } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import type {
  DecisionPorts,
  ExperimentStore,
  Fills,
  Groups,
  PersonalData,
  Quarantine,
  Ranks,
} from '../../../core/ports.ts';
import type { Receipt } from '../../../core/privacy/erasure.ts';
import type { TaskAnswer } from '../../../core/task/complete.ts';
import type { ConsentChange } from '../../change-consent/change-consent.ts';
import type { CompletionTask } from '../../complete-task/complete-task.ts';
import type { EraseTask } from '../../erase-person/erase-person.ts';
import type { ReplayAnswer, ReplayTask } from '../../replay-quarantined/replay-quarantined.ts';
import type { SuppressTask } from '../../suppress-address/suppress-address.ts';
import type { UnmergeAnswer, UnmergeTask } from '../../unmerge-profile/unmerge-profile.ts';
import type { Directory } from './directory.ts';

/** What the management API needs of the system behind it. */
export interface ApiOptions {
  readonly ports: DecisionPorts;
  readonly directory: Directory;
  readonly experiments: Pick<ExperimentStore, 'counts'>;
  readonly enter: (task: { readonly journeyId: string; readonly trigger: Trigger }) => Promise<EntryAnswer>;
  readonly changeConsent: (change: ConsentChange) => Promise<'changed' | 'unknown-profile'>;
  readonly unmerge: (task: UnmergeTask) => Promise<UnmergeAnswer>;
  readonly suppress: (task: SuppressTask) => Promise<void>;
  readonly completeTask: (task: CompletionTask) => Promise<TaskAnswer>;
  readonly countCoupons: (pool: CouponPool) => Promise<PoolCount>;
  readonly groups: Groups;
  readonly quarantine: Pick<Quarantine, 'list' | 'get' | 'remove' | 'count' | 'noted'>;
  readonly replay: (task: ReplayTask) => Promise<ReplayAnswer>;
  /** How a journey's schedule stands; `undefined` for one that no schedule begins. */
  readonly describeSchedule: (journey: JourneyVersion) => Promise<JsonObject | undefined>;
  /** How far people are filled with what is published. */
  readonly fills: Fills;
  /** How far counting people for the tables of ranks has come. */
  readonly ranks: Pick<Ranks, 'all'>;
  /** Erases somebody, as far as that is done while the caller waits. */
  readonly erase: (task: EraseTask) => Promise<Receipt | 'unknown-profile'>;
  /** What is kept of people. */
  readonly personal: () => Promise<PersonalData>;
  /** Answers once what was written cannot be lost. */
  readonly durable: () => Promise<void>;
}
