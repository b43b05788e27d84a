import type { DoubleConfig } from '../doubles/accounts.ts';
import type { TaskFunction } from '../../../local/interpreter/interpreter.ts';
import { FunctionFailed, FunctionProcess } from './function-process.ts';
import type { Situation } from './situation.ts';
import { functionName, noAccount, region, type Resource } from './template.ts';
import type { Wire } from './wire.ts';

/** Variables by which the SDK is told of an endpoint, and the service as IAM names it. */
const services = {
  AWS_ENDPOINT_URL_DYNAMODB: 'dynamodb',
  AWS_ENDPOINT_URL_SFN: 'states',
  AWS_ENDPOINT_URL_SESV2: 'ses',
  AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2: 'sms-voice',
  AWS_ENDPOINT_URL_SNS: 'sns',
  AWS_ENDPOINT_URL_SQS: 'sqs',
  AWS_ENDPOINT_URL_EVENTBRIDGE: 'events',
  AWS_ENDPOINT_URL_FIREHOSE: 'firehose',
  AWS_ENDPOINT_URL_S3: 's3',
  AWS_ENDPOINT_URL_SECRETS_MANAGER: 'secretsmanager',
} as const;

/** Where functions find everything. */
interface Surroundings {
  readonly config: DoubleConfig;
  readonly wire: Wire;
}

/** Errors that are answers which state machines are made to hear. */
const answers = new Set(['EnrollmentEnded', 'TouchDiverted']);

/** The template's functions, each in a process of its own with exactly the environment that the template gives it. */
export class Functions {
  /** Hears of every call once it is over. */
  heard: (call: { readonly name: string; readonly event: unknown }) => void = () => undefined;
  /** What happens before a state machine's call of a function: an error is what the call ends in, as that of a broken bundle would. */
  meets: (name: string, payload: object) => Promise<FunctionFailed | undefined> = () => Promise.resolve(undefined);
  /** How often a function gets each of its events. */
  times: (name: string) => number = () => 1;
  /** By their ARNs, as state machines call them. */
  readonly tasks: { [arn: string]: TaskFunction } = {};
  private readonly situation: Situation;
  private readonly surroundings: Surroundings;
  private readonly processes = new Map<string, FunctionProcess>();

  constructor(situation: Situation, surroundings: Surroundings) {
    this.situation = situation;
    this.surroundings = surroundings;
  }

  /** Makes a container of each function, in place of all that are there; it starts when it is called. */
  async make(): Promise<void> {
    const { templates } = this.situation;
    await this.close();
    this.processes.clear();
    for (const arn of Object.keys(this.tasks)) delete this.tasks[arn];
    for (const [id, resource] of templates.ofType('AWS::Lambda::Function')) {
      const name = functionName(resource);
      if (name === undefined) continue;
      const timeoutMs = 1_000 * Number(resource.Properties?.['Timeout']);
      const environment = { ...this.environmentOf(name, resource), ...this.runtimeOf(id, name, timeoutMs) };
      this.processes.set(name, new FunctionProcess(name, templates.assetOf(resource), environment));
      this.tasks[templates.physical(id).attributes['Arn']!] = (payload) => this.task(name, payload);
    }
  }
  private environmentOf(name: string, { Properties = {} }: Resource): { readonly [name: string]: string } {
    const { templates } = this.situation;
    const { config, wire } = this.surroundings;
    const { Variables = {} } = (templates.resolve(Properties['Environment']) ?? {}) as { Variables?: object };
    const text = JSON.stringify(Variables)
      // The account of what was named by context, before there was any.
      .replaceAll(noAccount, templates.account)
      // The SDK reaches a queue at its address, whatever endpoint it was told.
      .replaceAll(config.endpoint, wire.endpoint(name, 'sqs'));
    return JSON.parse(text) as { readonly [name: string]: string };
  }
  /** What Lambda itself sets, and where the doubles are. */
  private runtimeOf(id: string, name: string, timeoutMs: number): { readonly [name: string]: string } {
    const { config, wire } = this.surroundings;
    const endpoints = Object.entries(services).map(([variable, service]) => [variable, wire.endpoint(name, service)]);
    return {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
      AWS_LAMBDA_FUNCTION_NAME: id,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      SOJOURN_TEST_ARN: this.situation.templates.physical(id).attributes['Arn']!,
      ...(Object.fromEntries(endpoints) as { readonly [variable: string]: string }),
      SOJOURN_TEST_OUTSIDE: wire.endpoint(name, 'outside'),
      SOJOURN_TEST_TIMEOUT_MS: String(timeoutMs),
    };
  }

  private async task(name: string, payload: object): Promise<unknown> {
    const broken = await this.meets(name, payload);
    if (broken) throw broken;
    return this.invoke(name, payload);
  }
  /** Calls a function as Lambda would. @throws FunctionFailed */
  async invoke(name: string, event: unknown): Promise<unknown> {
    const found = this.processes.get(name);
    if (!found) throw new RangeError(`No function ${name} is deployed.`);
    const { nowMs, failures } = this.situation;
    try {
      for (let more = this.times(name) - 1; more > 0; more--) await found.invoke(event, nowMs).catch(() => undefined);
      return await found.invoke(event, nowMs);
    } catch (error) {
      if (!(error instanceof FunctionFailed && answers.has(error.name))) failures.push({ name, error });
      throw error;
    } finally {
      this.heard({ name, event });
    }
  }
  /** Time of a processor that a function's calls have taken so far. */
  cpuMs(name: string): number {
    return this.processes.get(name)?.cpuMs ?? 0;
  }
  /** What a function has logged so far. */
  logged(name: string): string {
    return this.processes.get(name)?.logged ?? '';
  }
  /** The next call of a function finds a container that knows nothing yet. */
  async restart(name: string): Promise<void> {
    await this.processes.get(name)!.stop();
  }
  async close(): Promise<void> {
    await Promise.all([...this.processes.values()].map((one) => one.stop()));
  }
}
