import { compileTemplate, type Template } from './expression.ts';

/** A catcher or the way on from a state, with its assignments. */
export interface Way {
  readonly next: string | undefined;
  readonly assign: Template | undefined;
  readonly output: Template | undefined;
}
export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly isJittered: boolean;
}
export interface Catcher extends Way {
  readonly errors: readonly string[];
}

/** One state, its expressions compiled. */
export type State = { readonly name: string } & (
  | {
      readonly type: 'Task';
      readonly isCallback: boolean;
      readonly functionName: Template;
      readonly payload: Template;
      readonly timeoutSeconds: Template | undefined;
      readonly retriers: readonly Retrier[];
      readonly catchers: readonly Catcher[];
      readonly way: Way;
    }
  | {
      readonly type: 'Choice';
      readonly choices: readonly (Way & { readonly condition: Template })[];
      readonly otherwise: string | undefined;
      readonly way: Way;
    }
  | {
      readonly type: 'Wait';
      readonly seconds: Template | undefined;
      readonly timestamp: Template | undefined;
      readonly way: Way;
    }
  | { readonly type: 'Pass'; readonly way: Way }
  | { readonly type: 'Succeed'; readonly output: Template | undefined }
  | { readonly type: 'Fail'; readonly error: Template; readonly cause: Template }
);

/** A state machine that can be run. */
export interface Machine {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

type Raw = { readonly [key: string]: unknown };

/** Compiles an Amazon States Language definition in JSONata. @throws RangeError for what this interpreter does not run */
export function compileMachine(definition: unknown): Machine {
  const root = definition as {
    readonly StartAt: string;
    readonly QueryLanguage?: string;
    readonly States: { readonly [name: string]: Raw };
  };
  if (root.QueryLanguage !== 'JSONata') throw new RangeError('Only definitions in JSONata are run.');
  const states = new Map(Object.entries(root.States).map(([name, raw]) => [name, compileState(name, raw)]));
  return { startAt: root.StartAt, states };
}

const optional = (value: unknown): Template | undefined => (value === undefined ? undefined : compileTemplate(value));
const wayOf = (raw: Raw): Way => ({
  next: raw['Next'] as string | undefined,
  assign: optional(raw['Assign']),
  output: optional(raw['Output']),
});

function compileState(name: string, raw: Raw): State {
  const type = raw['Type'] as string;
  switch (type) {
    case 'Task':
      return compileTask(name, raw);
    case 'Choice': {
      const choices = (raw['Choices'] as readonly Raw[]).map((choice) => ({
        ...wayOf(choice),
        condition: compileTemplate(choice['Condition']),
      }));
      return { name, type, choices, otherwise: raw['Default'] as string | undefined, way: wayOf(raw) };
    }
    case 'Wait':
      return { name, type, seconds: optional(raw['Seconds']), timestamp: optional(raw['Timestamp']), way: wayOf(raw) };
    case 'Pass':
      return { name, type, way: wayOf(raw) };
    case 'Succeed':
      return { name, type, output: optional(raw['Output']) };
    case 'Fail':
      return { name, type, error: compileTemplate(raw['Error'] ?? ''), cause: compileTemplate(raw['Cause'] ?? '') };
    default:
      throw new RangeError(`State "${name}" is of type ${type}, which is not run here.`);
  }
}

const invoke = 'arn:aws:states:::lambda:invoke';

function compileTask(name: string, raw: Raw): State {
  const resource = raw['Resource'] as string;
  if (resource !== invoke && resource !== `${invoke}.waitForTaskToken`)
    throw new RangeError(`State "${name}" calls ${resource}, which is not run here.`);
  const given = raw['Arguments'] as Raw;
  return {
    name,
    type: 'Task',
    isCallback: resource !== invoke,
    functionName: compileTemplate(given['FunctionName']),
    payload: compileTemplate(given['Payload'] ?? {}),
    timeoutSeconds: optional(raw['TimeoutSeconds']),
    retriers: ((raw['Retry'] ?? []) as readonly Raw[]).map(compileRetrier),
    catchers: ((raw['Catch'] ?? []) as readonly Raw[]).map((one) => ({
      ...wayOf(one),
      errors: one['ErrorEquals'] as readonly string[],
    })),
    way: wayOf(raw),
  };
}

const compileRetrier = (raw: Raw): Retrier => ({
  errors: raw['ErrorEquals'] as readonly string[],
  intervalSeconds: (raw['IntervalSeconds'] as number | undefined) ?? 1,
  maxAttempts: (raw['MaxAttempts'] as number | undefined) ?? 3,
  backoffRate: (raw['BackoffRate'] as number | undefined) ?? 2,
  maxDelaySeconds: (raw['MaxDelaySeconds'] as number | undefined) ?? Infinity,
  isJittered: raw['JitterStrategy'] === 'FULL',
});

/** Whether an error name is one that a retrier or catcher lists, by the rules of the States Language. */
export function isListed(errors: readonly string[], name: string): boolean {
  if (errors.includes(name)) return true;
  // These two end an execution whatever is caught.
  if (name === 'States.DataLimitExceeded' || name === 'States.Runtime') return false;
  return errors.includes('States.ALL') || (errors.includes('States.TaskFailed') && name !== 'States.Timeout');
}
