import type { EntryAnswer, Trigger } from '../../../core/enrollment/enter.ts';
import type { DecisionPorts } from '../../../core/ports.ts';
import type { ConsentChange } from '../../change-consent/change-consent.ts';
import type { SuppressTask } from '../../suppress-address/suppress-address.ts';
import type { Directory } from './directory.ts';

/** What the management API needs of the system behind it. */
export interface ApiOptions {
  readonly ports: DecisionPorts;
  readonly directory: Directory;
  readonly enter: (task: { readonly journeyId: string; readonly trigger: Trigger }) => Promise<EntryAnswer>;
  readonly changeConsent: (change: ConsentChange) => Promise<'changed' | 'unknown-profile'>;
  readonly suppress: (task: SuppressTask) => Promise<void>;
  /** Answers once what was written cannot be lost. */
  readonly durable: () => Promise<void>;
}
