import { z } from 'zod';
import { closest, didYouMean } from '../core/suggest.ts';
import { CannotDeploy } from './cannot-deploy.ts';

/** The environments that one account, or three, may hold. */
export type Stage = 'dev' | 'stage' | 'prod';

/** A value that may come as JSON text, as `-c name=value` gives it, or as it is, from `cdk.json`. */
const jsonOr = <Shape extends z.ZodType>(shape: Shape) => z.preprocess(parsedOrAsIs, shape);
/** Text that is no JSON stays text, which no list and no object is. */
function parsedOrAsIs(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** As `-c name=true` gives it, or as it is. */
const jsonOrWord = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);

const platform = z.enum(['ios', 'android']);
const Settings = z.object({
  /** Environment to deploy. @default dev */
  stage: z.enum(['dev', 'stage', 'prod']).default('dev'),
  /** Folder of the documents. @default workflows */
  workflows: z.string().min(1).default('workflows'),
  /** Folder that `npm run build` has filled from those documents. @default dist */
  bundles: z.string().min(1).default('dist'),
  /** Domain that emails come from. @default the domain of the workspace's sender */
  emailDomain: z.string().min(3).optional(),
  /** Public base of the links in messages. @default the HTTP API's own address */
  baseUrl: z
    .string()
    .regex(/^https:\/\/.*[^/]$/)
    .optional(),
  /** ARNs of phone numbers and sender ids to send texts from. @default none: no texts are sent */
  textOrigins: jsonOr(z.array(z.string().startsWith('arn:'))).default([]),
  /** Device type → ARN of its SNS platform application. @default none: no push is sent to apps */
  pushApplications: jsonOr(z.partialRecord(platform, z.string().regex(/^arn:[^:]+:sns:.+:app\/.+/))).default({}),
  /** Whether X-Ray samples calls and journeys: one a second and 5 % more, $5 for a million. @default false */
  tracing: jsonOrWord.default(false),
  /** Dollars a month above which somebody is told. @default 50 */
  monthlyBudget: z.coerce.number().positive().default(50),
  /** Where alarms are mailed to. @default nobody: subscribe to the topics by hand */
  alarmEmail: z.email().optional(),
  /** ARNs of machines of journeys that were removed, while people are still inside. @default none */
  retiredMachines: jsonOr(z.array(z.string().startsWith('arn:'))).default([]),
  /** Documents, published since the last deployment, that this one means to take back, as it says itself. @default none */
  replaces: z.string().min(1).optional(),
  /** Where the runbook can be read. @default docs/runbook.md */
  runbook: z.string().default('docs/runbook.md'),
});

/** What one deployment is told by CDK context (`-c name=value`, or `context` in `cdk.json`). */
export type Settings = z.infer<typeof Settings>;

/** What is right for each setting, after "It should be"; the quotes are those that a shell needs. */
const right: { readonly [name in keyof Settings]: string } = {
  stage: 'dev, stage or prod: -c stage=prod',
  workflows: 'the folder of the documents: -c workflows=workflows',
  bundles: 'the folder that "npm run build" filled: -c bundles=dist',
  emailDomain: 'the domain that emails come from: -c emailDomain=shop.example',
  baseUrl: 'an address that begins with https:// and does not end with a slash: -c baseUrl=https://go.shop.example',
  textOrigins:
    'a JSON list of ARNs of phone numbers and sender ids, in single quotes: ' +
    `-c 'textOrigins=["arn:aws:sms-voice:eu-west-1:111122223333:phone-number/p1"]'`,
  pushApplications:
    'a JSON object of "ios" and "android" with ARNs of SNS platform applications, in single quotes: ' +
    `-c 'pushApplications={"ios":"arn:aws:sns:eu-west-1:111122223333:app/APNS/shop"}'`,
  tracing: 'true or false: -c tracing=true',
  monthlyBudget: 'a number of dollars above 0: -c monthlyBudget=50',
  alarmEmail: 'one email address: -c alarmEmail=on-call@shop.example',
  retiredMachines:
    'a JSON list of ARNs of state machines, in single quotes: ' +
    `-c 'retiredMachines=["arn:aws:states:eu-west-1:111122223333:stateMachine:welcome"]'`,
  replaces: 'what the refused deployment said: -c replaces=Xq2vJ8sTzE0aBcDeFgHi',
  runbook: 'where the runbook can be read: -c runbook=https://wiki.shop.example/runbook.md',
};

/** Reads settings from context. @throws CannotDeploy with a sentence on each wrong setting, and what would be right */
export function parseSettings(read: (name: string) => unknown): Settings {
  const given = Object.fromEntries(Object.keys(Settings.shape).map((name) => [name, read(name) ?? undefined]));
  const parsed = Settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = new Set(parsed.error.issues.map(({ path }) => path[0] as keyof Settings));
  const sentences = [...wrong].map((name) => `"${name}" is ${shown(given[name])}. It should be ${right[name]}`);
  throw new CannotDeploy(['The context has settings that cannot be used:', ...sentences].join('\n  '));
}

const shown = (value: unknown): string => (value === '' ? 'empty' : JSON.stringify(value));

/**
 * Holds the names in the context to those that mean something: a misspelt one would be passed over, and its setting with it.
 * Names with a colon, an at sign or a slash are CDK's own: feature flags, and what it has looked up.
 * @throws CannotDeploy where a name is almost that of a setting
 */
export function refuseMisspelt(names: Iterable<string>): void {
  const known = Object.keys(Settings.shape);
  const unknown = [...names].filter((name) => !known.includes(name) && !/[:@/]/.test(name));
  const sentences = unknown.flatMap((name) => {
    const { suggestion } = { suggestion: undefined, ...didYouMean(closest(name, known)) };
    return suggestion === undefined ? [] : [`There is no setting "${name}". ${suggestion}`];
  });
  if (sentences.length > 0)
    throw new CannotDeploy(['The context has settings that nobody reads:', ...sentences].join('\n  '));
}
