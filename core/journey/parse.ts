import { withoutBroken, type Draft } from '../draft.ts';
import { readKeys, readKind, type Report } from '../kinds.ts';
import { isObject } from '../json.ts';
import type { Finding, Path } from '../problem.ts';
import { readCondition } from '../segment/parse-condition.ts';
import type { TraitDocument } from '../trait/trait-document.ts';
import { traitKinds } from '../trait/trait-kinds.ts';
import { calendarSchema, couponSchema, eventSchema } from './beside-schemas.ts';
import type {
  Audience,
  EventDocument,
  HolidayCalendar,
  Journey,
  Segment,
  Step,
  Steps,
  Workspace,
  WrittenCouponPool,
} from './document.ts';
import { audienceSchema, journeySchema, segmentSchema, workspaceSchema } from './schemas.ts';
import type { StepKind } from './steps/step-kind.ts';
import { stepKinds } from './steps/registry.ts';
import { triggerKinds } from './triggers.ts';

/** A document as far as it could be read. */
export interface Parsed<T> {
  /** All that is sound; checks work on this. Undefined when the text holds no object at all. */
  readonly draft: Draft<T> | undefined;
  /** The whole document; undefined while there are findings. */
  readonly document: T | undefined;
  readonly findings: readonly Finding[];
}

type Reader<T> = (draft: Draft<T>, report: Report) => void;

/** Reads the own keys of a document, then what its reader finds inside. */
function parse<T>(schema: Parameters<typeof readKeys>[0], owner: string, value: unknown, read: Reader<T>): Parsed<T> {
  const report: Report = { findings: [], broken: [] };
  const own = readKeys(schema, value, [], owner, report);
  // These casts are what parsing is for: the schema has just seen every key that is left.
  if (isObject(own)) read(own as Draft<T>, report);
  const { findings, broken } = report;
  const sound = withoutBroken(value, broken);
  return {
    draft: isObject(sound) ? (sound as Draft<T>) : undefined,
    document: findings.length === 0 ? (value as T) : undefined,
    findings,
  };
}

/** Reads workspace.json. */
export const parseWorkspace = (value: unknown): Parsed<Workspace> =>
  parse<Workspace>(workspaceSchema, 'the workspace', value, ({ stages }, report) => {
    for (const [stage, condition] of Object.entries(stages ?? {})) {
      if (condition !== undefined) readCondition(condition, ['stages', stage], report);
    }
  });

/** Reads a segment. */
export const parseSegment = (value: unknown): Parsed<Segment> =>
  parse<Segment>(segmentSchema, 'the segment', value, ({ when }, report) => {
    if (when !== undefined) readCondition(when, ['when'], report);
  });

/** Reads an audience. */
export const parseAudience = (value: unknown): Parsed<Audience> =>
  parse<Audience>(audienceSchema, 'the audience', value, ({ when }, report) => {
    if (when !== undefined) readCondition(when, ['when'], report);
  });

/** Reads a pool of coupons; its codes may stand in a file beside it. */
export const parseCoupon = (value: unknown): Parsed<WrittenCouponPool> =>
  parse<WrittenCouponPool>(couponSchema, 'the coupon pool', value, () => {});

/** Reads an event of the catalogue. */
export const parseEvent = (value: unknown): Parsed<EventDocument> =>
  parse<EventDocument>(eventSchema, 'the event', value, () => {});

/** Reads a computed trait. */
export function parseTrait(value: unknown): Parsed<TraitDocument> {
  const report: Report = { findings: [], broken: [] };
  const read = readKind(traitKinds, value, [], () => 'the trait', report);
  const inner = read?.kind.conditions?.(read.value as Draft<TraitDocument>) ?? [];
  for (const { path, condition } of inner) if (condition !== undefined) readCondition(condition, path, report);
  const sound = withoutBroken(value, report.broken);
  return {
    draft: read && isObject(sound) ? (sound as Draft<TraitDocument>) : undefined,
    document: report.findings.length === 0 ? (value as TraitDocument) : undefined,
    findings: report.findings,
  };
}

/** Reads a country's holidays. */
export const parseCalendar = (value: unknown): Parsed<HolidayCalendar> =>
  parse<HolidayCalendar>(calendarSchema, 'the calendar', value, () => {});

/** Reads a journey with all its steps. */
export const parseJourney = (value: unknown): Parsed<Journey> =>
  parse<Journey>(journeySchema, 'the journey', value, ({ entry, exit, steps }, report) => {
    if (entry?.on) readKind(triggerKinds, entry.on, ['entry', 'on'], () => 'the entry', report);
    if (entry?.when) readCondition(entry.when, ['entry', 'when'], report);
    for (const [index, one] of (exit ?? []).entries()) {
      if (one && 'when' in one && one.when) readCondition(one.when, ['exit', index, 'when'], report);
    }
    readSteps(steps, ['steps'], report);
  });

function readSteps(steps: Draft<Steps> | undefined, path: Path, report: Report): void {
  for (const [index, step] of (steps ?? []).entries()) {
    if (step !== undefined) readStep(step, [...path, index], report);
  }
}

function readStep(value: unknown, path: Path, report: Report): void {
  const read = readKind(stepKinds, value, path, (kind) => nameOf(kind, value), report);
  if (!read) return;
  const step = read.value as Draft<Step>;
  for (const { path: at, condition } of read.kind.conditions?.(step) ?? []) {
    if (condition !== undefined) readCondition(condition, [...path, ...at], report);
  }
  for (const { path: at, steps } of read.kind.bodies(step)) readSteps(steps, [...path, ...at], report);
}

/** A step as sentences name it: by its id, else by its kind. */
export function nameOf(kind: StepKind, step: unknown): string {
  return isObject(step) && typeof step['id'] === 'string' ? `step "${step['id']}"` : `this "${kind.kind}" step`;
}
