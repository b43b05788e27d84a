import { Command } from 'commander';
import { linesOf } from '../core/journey/prove/lines.ts';
import { proverOf } from '../core/journey/prove/prove.ts';
import type { Proof } from '../core/journey/prove/verdict.ts';
import { toInstant } from '../core/time/instant.ts';
import { readUnproven } from './read-checked.ts';
import { exitCodes, giveUp, settings } from './settings.ts';
import { counted } from './words.ts';

/** `sojourn prove`: whether the rules of rules.json hold for all journeys together. */
export const proveCommand = (): Command =>
  new Command('prove')
    .description(
      'decides the rules of rules.json; exit code 0 all hold, 1 one is broken or not decided, 2 could not run',
    )
    .argument('[path]', 'workflows folder', settings.workflows)
    .option('--json', 'proofs as JSON')
    .action((path: string, options: { json?: boolean }) => {
      const checked = readUnproven(path);
      if (!checked) return;
      const { documents, rules } = checked;
      if (!rules) giveUp(`There is no rules.json in ${path}.`);
      const proofOf = proverOf(documents);
      const proofs = rules.rules.map((rule): Timed => {
        const beganMs = performance.now();
        return { ...proofOf(rule), tookMs: performance.now() - beganMs };
      });
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ rules: proofs.map(asJson) }, null, 2)}\n`
          : asText(proofs, documents.workspace.timeZone),
      );
      const isProven = proofs.every(({ verdict }) => verdict.kind === 'holds');
      process.exitCode = isProven ? exitCodes.ok : exitCodes.problems;
    });

type Timed = Proof & { readonly tookMs: number };

const asText = (proofs: readonly Timed[], zone: string): string => {
  const holding = proofs.filter(({ verdict }) => verdict.kind === 'holds').length;
  const total = `${holding} of ${counted(proofs.length, 'rule')} ${proofs.length === 1 ? 'holds' : 'hold'}.`;
  return `${[...proofs.map((proof) => ruleText(proof, zone)), total].join('\n\n')}\n`;
};

function ruleText({ rule, verdict, isAboutSomething, tookMs }: Timed, zone: string): string {
  const said = { holds: 'holds', broken: 'BROKEN', undecided: 'not decided' }[verdict.kind];
  const about = isAboutSomething ? [] : ['  No journey sends a message that it is about.'];
  const why = 'why' in verdict ? [`  ${verdict.why}`] : [];
  const unless = 'unless' in verdict ? [`  ${verdict.unless}`] : [];
  const story = 'story' in verdict ? linesOf(verdict.story, zone).map((line) => `  ${line}`) : [];
  return [`${rule.id}: ${said} (${tookMs.toFixed(1)} ms)`, ...about, ...why, ...unless, ...story].join('\n');
}

const asJson = ({ rule, verdict, isAboutSomething, tookMs }: Timed): object => ({
  id: rule.id,
  verdict: verdict.kind,
  isAboutSomething,
  tookMs,
  ...('why' in verdict && { why: verdict.why }),
  ...('unless' in verdict && { unless: verdict.unless }),
  ...('story' in verdict && {
    path: verdict.story.map(({ atMs, ...scene }) => ({ at: toInstant(atMs), ...scene })),
  }),
});
