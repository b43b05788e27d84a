import type { Finding } from '../../problem.ts';
import type { Documents } from '../document.ts';
import { linesOf } from './lines.ts';
import { proverOf } from './prove.ts';
import type { Rules } from './rules.ts';
import type { Proof } from './verdict.ts';

/** Codes of problems with rules that were read. */
export const ruleCodes = ['duplicate-rule', 'rule-broken', 'rule-of-nothing', 'rule-undecided'] as const;

/** What is to be said of the rules of a folder whose documents are in order. */
export function ruleFindings(documents: Documents, { rules }: Rules): readonly Finding[] {
  const proofOf = proverOf(documents);
  return rules.flatMap((rule, index) => {
    const path = ['rules', index];
    const first = rules.findIndex(({ id }) => id === rule.id);
    const double: readonly Finding[] =
      first === index
        ? []
        : [
            {
              code: 'duplicate-rule',
              severity: 'error',
              path: [...path, 'id'],
              message: `There are two rules "${rule.id}".`,
            },
          ];
    return [...double, ...findingsOf(proofOf(rule), path, documents.workspace.timeZone)];
  });
}

function findingsOf(
  { rule, verdict, isAboutSomething }: Proof,
  path: Finding['path'],
  zone: string,
): readonly Finding[] {
  if (!isAboutSomething) {
    const message = `Rule "${rule.id}" is about messages that no journey sends.`;
    return [{ code: 'rule-of-nothing', severity: 'warning', path, message }];
  }
  switch (verdict.kind) {
    case 'holds':
      return [];
    case 'broken': {
      const message = `Rule "${rule.id}" is broken on this way:`;
      return [{ code: 'rule-broken', severity: 'error', path, message, lines: linesOf(verdict.story, zone) }];
    }
    case 'undecided': {
      const message = `Rule "${rule.id}" is not decided. ${verdict.why} By the waits alone:`;
      return [{ code: 'rule-undecided', severity: 'warning', path, message, lines: linesOf(verdict.story, zone) }];
    }
    default:
      return verdict satisfies never;
  }
}
