import { Command } from 'commander';
import { proverOf, type Proof } from '../core/journey/prove/prove.ts';
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
        options.json ? `${JSON.stringify({ rules: proofs.map(asJson) }, null, 2)}\n` : asText(proofs),
      );
      const isProven = proofs.every(({ verdict }) => verdict.kind === 'holds');
      process.exitCode = isProven ? exitCodes.ok : exitCodes.problems;
    });

type Timed = Proof & { readonly tookMs: number };

const asText = (proofs: readonly Timed[]): string => {
  const holding = proofs.filter(({ verdict }) => verdict.kind === 'holds').length;
  const total = `${holding} of ${counted(proofs.length, 'rule')} ${holding === 1 ? 'holds' : 'hold'}.`;
  return `${[...proofs.map(ruleText), total].join('\n\n')}\n`;
};

function ruleText({ rule, verdict, isAboutSomething, tookMs }: Timed): string {
  const said = { holds: 'holds', broken: 'BROKEN', undecided: 'not decided' }[verdict.kind];
  const about = isAboutSomething ? [] : ['  No journey sends a message that it is about.'];
  const why = 'why' in verdict ? [`  ${verdict.why}`] : [];
  const story = 'story' in verdict ? verdict.story.map(({ atMs, says }) => `  ${toInstant(atMs)}  ${says}`) : [];
  return [`${rule.id}: ${said} (${tookMs.toFixed(1)} ms)`, ...about, ...why, ...story].join('\n');
}

const asJson = ({ rule, verdict, isAboutSomething, tookMs }: Timed): object => ({
  id: rule.id,
  verdict: verdict.kind,
  isAboutSomething,
  tookMs,
  ...('why' in verdict && { why: verdict.why }),
  ...('story' in verdict && {
    path: verdict.story.map(({ atMs, ...scene }) => ({ at: toInstant(atMs), ...scene })),
  }),
});
