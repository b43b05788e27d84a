import { acquisitionWithoutConversion } from './acquisition-without-conversion.ts';
import type { Check } from './check.ts';
import { duplicateCode } from './duplicate-code.ts';
import { duplicateExperiment } from './duplicate-experiment.ts';
import { duplicateId } from './duplicate-id.ts';
import { emptyJourney } from './empty-journey.ts';
import { emptyWindow } from './empty-window.ts';
import { fileName } from './file-name.ts';
import { keyWithoutEntryKey } from './key-without-entry-key.ts';
import { missingAgain } from './missing-again.ts';
import { missingSubject } from './missing-subject.ts';
import { neverTrue } from './never-true.ts';
import { noSender } from './no-sender.ts';
import { noUnsubscribe } from './no-unsubscribe.ts';
import { notYet } from './not-yet.ts';
import { segmentCycle } from './segment-cycle.ts';
import { unknownCodesFile } from './unknown-codes-file.ts';
import { unknownAudience, unknownJourney } from './unknown-reference.ts';
import { unknownSegment } from './unknown-segment.ts';
import { unknownTemplate } from './unknown-template.ts';
import { unknownTopic } from './unknown-topic.ts';
import { unreachableStep } from './unreachable-step.ts';
import { valueOutsideJourney } from './value-outside-journey.ts';
import { variantTotal } from './variant-total.ts';
import { windowOverRetention } from './window-over-retention.ts';
import { zeroWait } from './zero-wait.ts';

/** Every rule about documents that have the right shape. The order does not matter: problems come in file order. */
export const checks: readonly Check[] = [
  acquisitionWithoutConversion,
  duplicateCode,
  duplicateExperiment,
  duplicateId,
  emptyJourney,
  emptyWindow,
  fileName,
  keyWithoutEntryKey,
  missingAgain,
  missingSubject,
  neverTrue,
  noSender,
  noUnsubscribe,
  notYet,
  segmentCycle,
  unknownAudience,
  unknownCodesFile,
  unknownJourney,
  unknownSegment,
  unknownTemplate,
  unknownTopic,
  unreachableStep,
  valueOutsideJourney,
  variantTotal,
  windowOverRetention,
  zeroWait,
];
