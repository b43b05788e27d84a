import { z } from 'zod';
import { CannotDeploy } from './cannot-deploy.ts';

/** The environments that one account, or three, may hold. */
export type Stage = 'dev' | 'stage' | 'prod';

/** A value that may come as JSON text, as `-c name=value` gives it, or as it is, from `cdk.json`. */
const jsonOr = <Shape extends z.ZodType>(shape: Shape) =>
  z.preprocess((value) => (typeof value === 'string' && /^[[{]/.test(value) ? JSON.parse(value) : value), shape);

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
    .regex(/^https:\/\/.*[^/]$/, 'must begin with https:// and not end with a slash')
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
  /** Where the runbook can be read. @default docs/runbook.md */
  runbook: z.string().default('docs/runbook.md'),
});

/** What one deployment is told by CDK context (`-c name=value`, or `context` in `cdk.json`). */
export type Settings = z.infer<typeof Settings>;

/** Reads settings from context. @throws CannotDeploy with a sentence that names each wrong setting */
export function parseSettings(read: (name: string) => unknown): Settings {
  const given = Object.keys(Settings.shape).map((name) => [name, read(name) ?? undefined] as const);
  const parsed = Settings.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `"${path.join('.')}": ${message}`);
  throw new CannotDeploy(`The context has settings that cannot be used: ${wrong.join('; ')}.`);
}
