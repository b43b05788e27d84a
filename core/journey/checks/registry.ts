import { acquisitionWithoutConversion } from './acquisition-without-conversion.ts';
import type { Check } from './check.ts';
import { couponNotTaken } from './coupon-not-taken.ts';
import { deprecatedEvent } from './deprecated-event.ts';
import { duplicateCode } from './duplicate-code.ts';
import { duplicateEvent } from './duplicate-event.ts';
import { duplicateExperiment } from './duplicate-experiment.ts';
import { duplicateId } from './duplicate-id.ts';
import { emptyJourney } from './empty-journey.ts';
import { emptyRepeat } from './empty-repeat.ts';
import { emptyWindow } from './empty-window.ts';
import { everybodyHeldOut } from './everybody-held-out.ts';
import { exitNeverFires } from './exit-never-fires.ts';
import { fileName } from './file-name.ts';
import { goalSwallowed } from './goal-swallowed.ts';
import { mutualStart, unboundedLoop } from './journey-rounds.ts';
import { keyWithoutEntryKey } from './key-without-entry-key.ts';
import { longWait } from './long-wait.ts';
import { missingAgain } from './missing-again.ts';
import { missingDefault } from './missing-default.ts';
import { missingLanguage } from './missing-language.ts';
import { missingSubject } from './missing-subject.ts';
import { missingWithin } from './missing-within.ts';
import { neverPasses } from './never-passes.ts';
import { neverTrue } from './never-true.ts';
import { noSender } from './no-sender.ts';
import { noUnsubscribe } from './no-unsubscribe.ts';
import { pastInstant } from './past-instant.ts';
import { rankWithoutSchedule } from './rank-without-schedule.ts';
import { readBeforeSaved, unknownSavedName, unusedSavedName } from './saved-names.ts';
import { repeatedKind } from './repeated-kind.ts';
import { segmentCycle, traitCycle } from './segment-cycle.ts';
import { shortCascade } from './short-cascade.ts';
import { singleVariant } from './single-variant.ts';
import { smsWithoutQuietHours } from './sms-without-quiet-hours.ts';
import { tooManyMessages } from './too-many-messages.ts';
import { computedTraitSet } from './computed-trait-set.ts';
import { traitType } from './trait-type.ts';
import { unknownCodesFile } from './unknown-codes-file.ts';
import { unknownColumn } from './unknown-column.ts';
import { unknownEvent } from './unknown-event.ts';
import { unknownHoliday } from './unknown-holiday.ts';
import { unknownProperty } from './unknown-property.ts';
import { unknownAudience, unknownCouponPool, unknownJourney, unknownTable } from './unknown-reference.ts';
import { unknownSegment } from './unknown-segment.ts';
import { unknownSentStep } from './unknown-sent-step.ts';
import { unknownTemplate } from './unknown-template.ts';
import { unknownTopic } from './unknown-topic.ts';
import { unreachableStep } from './unreachable-step.ts';
import { unreachableWay } from './unreachable-way.ts';
import { unknownTraitValue } from './unknown-trait-value.ts';
import { unusedDocument } from './unused-document.ts';
import { valueOutsideJourney } from './value-outside-journey.ts';
import { variantTotal } from './variant-total.ts';
import { windowOverRetention } from './window-over-retention.ts';
import { winnerWithoutMeasure } from './winner-without-measure.ts';
import { wrongPropertyType } from './wrong-property-type.ts';
import { zeroCap } from './zero-cap.ts';
import { zeroWait } from './zero-wait.ts';

/** Every rule about documents that have the right shape. The order does not matter: problems come in file order. */
export const checks: readonly Check[] = [
  acquisitionWithoutConversion,
  computedTraitSet,
  couponNotTaken,
  deprecatedEvent,
  duplicateCode,
  duplicateEvent,
  duplicateExperiment,
  duplicateId,
  emptyJourney,
  emptyRepeat,
  emptyWindow,
  everybodyHeldOut,
  exitNeverFires,
  fileName,
  goalSwallowed,
  keyWithoutEntryKey,
  longWait,
  missingAgain,
  missingDefault,
  missingLanguage,
  missingSubject,
  missingWithin,
  mutualStart,
  neverPasses,
  neverTrue,
  noSender,
  noUnsubscribe,
  pastInstant,
  rankWithoutSchedule,
  readBeforeSaved,
  repeatedKind,
  segmentCycle,
  shortCascade,
  singleVariant,
  smsWithoutQuietHours,
  tooManyMessages,
  traitCycle,
  traitType,
  unboundedLoop,
  unknownAudience,
  unknownCodesFile,
  unknownColumn,
  unknownCouponPool,
  unknownEvent,
  unknownHoliday,
  unknownJourney,
  unknownProperty,
  unknownSavedName,
  unknownSegment,
  unknownSentStep,
  unknownTable,
  unknownTemplate,
  unknownTopic,
  unknownTraitValue,
  unreachableStep,
  unreachableWay,
  unusedDocument,
  unusedSavedName,
  valueOutsideJourney,
  variantTotal,
  windowOverRetention,
  winnerWithoutMeasure,
  wrongPropertyType,
  zeroCap,
  zeroWait,
];
