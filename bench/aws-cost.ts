import { join } from 'node:path';
import type { Doubles } from '../test/aws/doubles/accounts.ts';
import { Deployment } from '../test/aws/deployment/deployment.ts';
import { tableName } from '../test/aws/deployment/make-resources.ts';
import { synthesize } from '../test/aws/deployment/synthesize.ts';
import { noAccount } from '../test/aws/deployment/template.ts';
import { idleCost } from './aws-cost/idle.ts';
import { Meter, type Line } from './aws-cost/meter.ts';
import { passages, threeTouches, Visitor, type Passage } from './aws-cost/people.ts';
import { withDoubles } from './doubles.ts';
import type { Bench, Figure } from './report.ts';
import { shopWith, workflowsWith } from './workflows.ts';

const startMs = Date.parse('2026-03-02T10:00:00Z');
const secret = { signingKey: 'ab'.repeat(32), serverKeys: ['server'], publicKeys: ['public'] };
const dayMs = 86_400_000;

/** A synthesis, and what to deploy it on. */
interface Stacks {
  readonly out: string;
  readonly doubles: Doubles;
}
const eventsOf = (perPost: number): string => `a million events, ${perPost} per POST`;
const entrantsOf = ({ journeyId }: Passage): string => `a thousand entrants of ${journeyId}`;
const aMonth = 'a month of nothing, nine journeys';

/** Dollars by list price for a million events, a thousand people through each shipped journey, and a month of nothing. */
export const awsCostBench: Bench = {
  name: 'aws-cost',
  run: () =>
    withDoubles(async (doubles, folder) => {
      const shop = { out: await synthesize(join(folder, 'shop'), { context: channels }), doubles };
      const bench = workflowsWith({ segments: 0 });
      const three = { out: await synthesize(join(folder, 'three'), { context: channels, workflows: bench }), doubles };
      const nine = {
        out: await synthesize(join(folder, 'nine'), { context: channels, workflows: shopWith(9) }),
        doubles,
      };
      const parts = [
        ...[1, 5].map((perPost) => [eventsOf(perPost), () => events(shop, perPost)] as const),
        [entrantsOf(threeTouches), () => journey(three, threeTouches)] as const,
        ...passages.map((passage) => [entrantsOf(passage), () => journey(shop, passage)] as const),
        [aMonth, () => idle(nine)] as const,
      ];
      const figures: Figure[] = [];
      for (const [what, measure] of parts) {
        process.stderr.write(`  ${what} …\n`);
        figures.push(...(await measure()));
      }
      return figures;
    }),
};

const applicationArn = (platform: string): string => `arn:aws:sns:us-east-1:${noAccount}:app/${platform}/shop`;
/** All channels are set up. */
const channels = {
  textOrigins: [`arn:aws:sms-voice:us-east-1:${noAccount}:phone-number/phone-1`],
  pushApplications: { android: applicationArn('GCM'), ios: applicationArn('APNS') },
};

/** A deployment of its own for each figure, with a meter on it. */
async function metered<T>(
  { out, doubles }: Stacks,
  work: (deployed: Deployment, meter: Meter) => Promise<T>,
): Promise<T> {
  const deployed = await Deployment.open({ out, doubles, startMs, secret });
  try {
    const told = await work(deployed, new Meter(deployed, deployed.table, tableName));
    const [failure] = deployed.failures;
    if (failure) throw new Error(`${failure.name} failed.`, { cause: failure.error });
    return told;
  } finally {
    await deployed.close();
  }
}

const aimOfEvents: { readonly [perPost: number]: string } = { 1: '≤ 4.50', 5: '≤ 2.10' };
const bestKnown: { readonly [perPost: number]: number } = { 1: 2.21, 5: 0.53 };

/** Visits of people whom the table knows: every segment is stepped, and no journey begins. */
const events = (stacks: Stacks, perPost: number): Promise<readonly Figure[]> =>
  metered(stacks, async (deployed, meter) => {
    const visitors = Array.from({ length: 20 }, (_, index) => new Visitor(deployed, `visitor-${index}`));
    const round = async (): Promise<void> => {
      for (const visitor of visitors) {
        deployed.nowMs += 2_000;
        await visitor.visit(perPost);
      }
      deployed.nowMs += 20_000;
    };
    for (const visitor of visitors) await visitor.identify();
    for (let warm = 0; warm < 8; warm++) await round();
    await deployed.settle();
    meter.start();
    for (let count = 0; count < 10; count++) await round();
    await deployed.settle();
    const lines = meter.stop();
    const scale = 1_000_000 / (10 * visitors.length * perPost);
    const what = eventsOf(perPost);
    return [
      {
        work: what,
        value: dollars(lines, scale),
        unit: '$',
        aim: aimOfEvents[perPost]!,
        ratio: { to: `$${bestKnown[perPost]} best known`, value: dollars(lines, scale) / bestKnown[perPost]! },
      },
      ...shares(what, lines, scale, 0.02),
    ];
  });

/** People who come in and do nothing more, so that they take the longest way; channels are not counted. */
const journey = (stacks: Stacks, passage: Passage): Promise<readonly Figure[]> =>
  metered(stacks, async (deployed, meter) => {
    const { journeyId, before, enter, waitMs, lastsMs } = passage;
    const visitors = Array.from({ length: 30 }, (_, index) => new Visitor(deployed, `${journeyId}-${index}`));
    for (const visitor of visitors) {
      await visitor.identify();
      await before(visitor);
    }
    await deployed.windTo(startMs + waitMs);
    for (const visitor of visitors) await enter?.(visitor);
    meter.start();
    await deployed.windTo(startMs + waitMs + lastsMs);
    // The tick looks whether anybody is inside or not: it is a cost of standing, not of the journey.
    const lines = meter.stop().filter(({ by, item }) => by !== 'find-due' || item === 'queue requests');
    const inside = deployed.stepFunctions.count(machineOf(deployed, journeyId));
    const what = entrantsOf(passage);
    const scale = 1_000 / inside.executions;
    return [
      {
        work: what,
        value: dollars(lines, scale),
        unit: '$',
        ...(passage === threeTouches && {
          aim: '≤ 0.15',
          ratio: { to: '$0.107 best Standard', value: dollars(lines, scale) / 0.107 },
        }),
        note: `${inside.executions} of ${visitors.length} entered, ${(inside.transitions / inside.executions).toFixed(1)} transitions each, ${lastsMs / dayMs} days`,
      },
      ...shares(what, lines, scale, 0.002),
    ];
  });

function machineOf({ templates }: Deployment, journeyId: string): string {
  const found = templates.ofType('AWS::StepFunctions::StateMachine').find(([, { Properties = {} }]) => {
    const tags = (Properties['Tags'] ?? []) as unknown as readonly { readonly Key: string; readonly Value: string }[];
    return tags.some(({ Key, Value }) => Key === 'sojourn:journey' && Value === journeyId);
  });
  if (!found) throw new RangeError(`The template has no machine of ${journeyId}.`);
  return templates.physical(found[0]).ref;
}

const idle = (stacks: Stacks): Promise<readonly Figure[]> =>
  metered(stacks, async (deployed, meter) => {
    await deployed.settle();
    const lines = await idleCost(deployed, meter);
    return [{ work: aMonth, value: dollars(lines, 1), unit: '$', aim: '≤ 5' }, ...shares(aMonth, lines, 1, 0.005)];
  });

const dollars = (lines: readonly Line[], scale: number): number =>
  lines.reduce((sum, line) => sum + line.dollars, 0) * scale;

/** Where it goes; what is too little to matter is one line. */
function shares(what: string, lines: readonly Line[], scale: number, least: number): readonly Figure[] {
  const parts = [...lines].sort((a, b) => b.dollars - a.dollars);
  const shown = parts.filter((line) => line.dollars * scale >= least);
  const rest = parts.filter((line) => line.dollars * scale < least);
  return [
    ...shown.map((line) => ({
      work: `· ${line.item}, ${line.by}`,
      value: line.dollars * scale,
      unit: '$',
      note: `${Math.round(line.count * scale).toLocaleString('en')} in ${what}`,
    })),
    ...(rest.length > 0
      ? [{ work: `· ${rest.length} smaller ones`, value: dollars(rest, scale), unit: '$', note: '' }]
      : []),
  ];
}
