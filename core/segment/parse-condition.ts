import type { Draft } from '../draft.ts';
import { kindOf, readKind, type Report } from '../kinds.ts';
import type { Finding, Path } from '../problem.ts';
import type { Condition } from './condition.ts';
import type { ConditionKind } from './condition-kind.ts';
import { conditionKinds } from './condition-kinds.ts';

/** Reads one condition and all that it holds; what is wrong goes into the report. */
export function readCondition(value: unknown, path: Path, report: Report): void {
  const read = readKind(conditionKinds, value, path, (kind) => `the "${kind.key}" condition`, report);
  if (!read) return;
  // The kind's own schema has just read these keys; broken ones are gone.
  const inner = read.kind.inner?.(read.value as Draft<Condition>) ?? [];
  for (const { path: at, condition } of inner) {
    if (condition !== undefined) readCondition(condition, [...path, ...at], report);
  }
}

/** A condition, or what is wrong with it. */
export type ParsedCondition =
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] };

/** Reads a condition that stands by itself. */
export function parseCondition(value: unknown): ParsedCondition {
  const report: Report = { findings: [], broken: [] };
  readCondition(value, [], report);
  if (report.findings.length > 0) return { kind: 'refused', findings: report.findings };
  return { kind: 'condition', condition: value as Condition };
}

/** A condition where it stands in a document. */
export interface ConditionPlace {
  readonly kind: ConditionKind;
  readonly condition: Draft<Condition>;
  readonly path: Path;
}

/** A condition and all inside it, outermost first; those that could not be read are passed over. */
export function conditionsIn(condition: Draft<Condition> | undefined, path: Path): readonly ConditionPlace[] {
  const kind = condition && kindOf(conditionKinds, condition);
  if (!condition || !kind) return [];
  const inner = kind.inner?.(condition) ?? [];
  return [
    { kind, condition, path },
    ...inner.flatMap(({ path: at, condition: one }) => conditionsIn(one, [...path, ...at])),
  ];
}
