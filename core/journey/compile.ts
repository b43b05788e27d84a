import { retriable } from '../failures.ts';
import type { JsonObject } from '../json.ts';
import type { JourneyVersion } from '../definitions.ts';
import { parseDuration } from '../time/duration.ts';
import { leadsOf, reachableUntilHold, type Plan, type PlanNode } from './plan.ts';
import { roleOf } from './roles/role-of.ts';

/** Names of the functions that a state machine calls; each home puts its own address in their place. */
export const functionNames = {
  runTouch: '${RunTouch}',
  registerHold: '${RegisterHold}',
  markFailed: '${MarkFailed}',
} as const;

/** What a touch carries: its steps, and the states that its ways lead to. */
export interface TouchDefinition {
  /** Name of the touch's own state. */
  readonly state: string;
  /** The hold that it follows; absent where it begins the journey. */
  readonly follows?: string;
  readonly nodes: readonly PlanNode[];
  /** State that follows without a choice; absent where there are several. */
  readonly expects?: string;
  /** The one hold that follows, where its own state waits there: so many seconds from when it was entered. */
  readonly ownWait?: { readonly stepId: string; readonly seconds: number };
}

export const doneState = 'Done';
export const endedState = 'Ended';
const interruptedState = 'Interrupted';
export const holdState = (nodeId: string): string => `Hold ${nodeId}`;
export const afterState = (nodeId: string): string => `After ${nodeId}`;
/** Where a touch goes whose message must wait, or whose journey is paused, to come back to itself. */
export const deferState = (touchState: string): string => `Defer in ${touchState}`;
/** What a hold's `stepId` says where it is a step that waits for its time. */
export const anySend = '*';
const startState = 'Begin';

/**
 * What passes when a workflow calls a function of ours: Lambda's own passing errors, those of one that was stopped for its time or
 * its memory or that a bad deployment keeps from loading, and our store's, by their exact names. Never `States.ALL`: it would
 * swallow exits.
 */
export const passing = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'Runtime.ImportModuleError',
  'Runtime.UserCodeSyntaxError',
  'Runtime.HandlerNotFound',
  ...retriable,
] as const;
const retryOn = (names: readonly string[]): readonly JsonObject[] => [
  {
    ErrorEquals: names,
    IntervalSeconds: 1,
    MaxAttempts: 9,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
];
const retry = retryOn(passing);
/** A touch that ran out of time may be tried again: its cursor keeps it from doing a step twice. */
const retryTouch = retryOn([...passing, 'States.Timeout']);
/**
 * What passes and lasted too long ends this execution and nothing else: the enrollment's due row begins the next one. A
 * throttle or an outage would otherwise mark everybody failed whose time has come.
 */
const toInterrupted = (names: readonly string[]): JsonObject => ({ ErrorEquals: names, Next: interruptedState });
const toFailure = {
  ErrorEquals: ['States.ALL'],
  Assign: { failure: '{% $states.errorOutput %}' },
  Next: 'Mark failed',
};
const toEnded = { ErrorEquals: ['EnrollmentEnded'], Next: endedState };
const input = (name: string): string => `{% $states.context.Execution.Input.${name} %}`;
/** Whom a task is about, and of which version it is: once the enrollment has moved to another, it does nothing. */
const aboutIn = (version: string): JsonObject => ({
  profileId: input('profileId'),
  enrollmentId: input('enrollmentId'),
  version,
});

/** A hold at least this long is worth a state that waits by itself: a touch may take a minute of it. */
const shortestOwnWaitSeconds = 15 * 60;
/** Step Functions takes no longer time-out (three years); a touch that comes too early goes back to its hold. */
const longestTimeoutSeconds = 99_999_999;

/**
 * Makes the state machine of one journey version, in the Amazon States Language with JSONata.
 * A touch does all steps up to the next hold; a hold registers its token and waits at most until `wakeAt`. Where the
 * document says how long that hold is, the touch's own state waits, which saves a transition and a commit.
 */
export function compileStateMachine(journey: JourneyVersion): JsonObject {
  const { plan } = journey;
  const about = aboutIn(journey.version);
  const holds = [...plan.nodes.values()].filter((node) => node.role === 'hold');
  const states: { [name: string]: JsonObject } = {};
  const targets: string[] = [];
  const touch = (state: string, follows?: string): void => {
    const definition = touchDefinition(plan, state, follows);
    states[state] = touchState(definition, about);
    targets.push(state);
    const next = nextStates(definition);
    if (next.length > 1) states[`Next of ${state}`] = choice(next);
    if (definition.nodes.some(isDeferrable)) {
      states[deferState(state)] = holdTask(anySend, state, about);
      targets.push(deferState(state));
    }
  };
  touch(startState);
  for (const hold of holds) {
    states[holdState(hold.id)] = holdTask(hold.id, afterState(hold.id), about);
    targets.push(holdState(hold.id));
    touch(afterState(hold.id), hold.id);
  }
  states['Divert'] = choice([...targets, doneState]);
  states[doneState] = { Type: 'Succeed' };
  states[endedState] = { Type: 'Succeed' };
  Object.assign(states, failureStates(about));
  return {
    Comment: `${journey.document.name} (${journey.version})`,
    QueryLanguage: 'JSONata',
    StartAt: startState,
    States: states,
  } as JsonObject;
}

/** What a step does may have to wait for its time: a message, an answer, a journey that is paused. */
const isDeferrable = (node: PlanNode): boolean => node.role === 'act';

/** The part of the plan that one touch runs, written into its state. */
export function touchDefinition(plan: Plan, state: string, follows?: string): TouchDefinition {
  const nodes = reachableUntilHold(plan, follows);
  const definition: TouchDefinition = { state, ...(follows !== undefined && { follows }), nodes };
  const [expects, ...others] = nextStates(definition);
  if (expects === undefined || others.length > 0) return definition;
  const hold = nodes.find((node) => node.role === 'hold' && holdState(node.id) === expects);
  const seconds = hold && ownWaitSeconds(hold);
  return { ...definition, expects, ...(hold && seconds !== undefined && { ownWait: { stepId: hold.id, seconds } }) };
}

/** How long a hold is by its document, where a state can be told so before anybody has come to it. */
function ownWaitSeconds({ step }: PlanNode): number | undefined {
  const { role } = roleOf(step);
  const length = role.role === 'hold' ? role.lasts?.(step) : undefined;
  const duration = length === undefined ? undefined : parseDuration(length);
  // Months differ by days; a day differs by an hour twice a year, and then the person waits in the hold's own state.
  if (!duration || duration.months > 0) return undefined;
  const seconds = duration.days * 86_400 + duration.timeMs / 1_000;
  return seconds >= shortestOwnWaitSeconds && seconds <= longestTimeoutSeconds ? seconds : undefined;
}

/** States that a touch leads to by its document: its holds, and the end where a way reaches it. */
export function nextStates({ follows, nodes }: Pick<TouchDefinition, 'follows' | 'nodes'>): readonly string[] {
  const holds = new Set(nodes.filter(({ role }) => role === 'hold').map(({ id }) => id));
  const first = follows === undefined ? [nodes[0]?.id ?? null] : [];
  const led = nodes.flatMap((node) => (node.role !== 'hold' || node.id === follows ? leadsOf(node) : []));
  const found = [...first, ...led].flatMap((to) => (to === null ? [doneState] : holds.has(to) ? [holdState(to)] : []));
  return [...new Set(found)];
}

const toDivert = {
  ErrorEquals: ['TouchDiverted'],
  Assign: {
    next: '{% $parse($parse($states.errorOutput.Cause).errorMessage).to %}',
    wakeAt: '{% $parse($parse($states.errorOutput.Cause).errorMessage).wakeAt %}',
  },
  Next: 'Divert',
};
const invoke = 'arn:aws:states:::lambda:invoke';
/** The token, and what tells the newest of several tries from those before it. */
const callback = {
  token: '{% $states.context.Task.Token %}',
  enteredAt: '{% $states.context.State.EnteredTime %}',
  retryCount: '{% $exists($states.context.State.RetryCount) ? $states.context.State.RetryCount : 0 %}',
};

function touchState(definition: TouchDefinition, about: JsonObject): JsonObject {
  // The plan travels as text: a document's own `{% %}` would be taken for JSONata.
  const task = { ...about, touch: JSON.stringify(definition) };
  if (definition.ownWait) return waitingTouch(definition.ownWait, task);
  const next = definition.expects ?? `Next of ${definition.state}`;
  return {
    Type: 'Task',
    Resource: invoke,
    Arguments: { FunctionName: functionNames.runTouch, Payload: task },
    Assign: { next: '{% $states.result.Payload.next %}', wakeAt: '{% $states.result.Payload.wakeAt %}' },
    Output: {},
    TimeoutSeconds: 60,
    Retry: retryTouch,
    Catch: [toEnded, toDivert, toInterrupted([...passing, 'States.Timeout']), toFailure],
    // Ending here instead of in a Succeed state saves a transition, which costs money.
    ...(next === doneState ? { End: true } : { Next: next }),
  } as JsonObject;
}

/** A touch that puts its own token into the hold it comes to: to any other state it leads by an error. */
function waitingTouch({ stepId, seconds }: NonNullable<TouchDefinition['ownWait']>, task: JsonObject): JsonObject {
  const next = afterState(stepId);
  return {
    Type: 'Task',
    Resource: `${invoke}.waitForTaskToken`,
    Arguments: {
      FunctionName: functionNames.runTouch,
      Payload: { ...task, ...callback },
    },
    Output: {},
    TimeoutSeconds: seconds,
    // Not on the end of its time, which is the end of the wait.
    Retry: retry,
    Catch: [toEnded, toDivert, { ErrorEquals: ['States.Timeout'], Next: next }, toInterrupted(passing), toFailure],
    Next: next,
  } as JsonObject;
}

/** Waits for its token, at most until `wakeAt`; the touch that follows decides by what was committed. */
function holdTask(nodeId: string, next: string, about: JsonObject): JsonObject {
  return {
    Type: 'Task',
    Resource: `${invoke}.waitForTaskToken`,
    Arguments: {
      FunctionName: functionNames.registerHold,
      Payload: { ...about, stepId: nodeId, ...callback, wakeAt: '{% $wakeAt %}' },
    },
    Output: {},
    TimeoutSeconds: `{% $min([${longestTimeoutSeconds}, $max([1, $ceil(($toMillis($wakeAt) - $toMillis($states.context.State.EnteredTime)) / 1000)])]) %}`,
    Retry: retry,
    Catch: [toEnded, { ErrorEquals: ['States.Timeout'], Next: next }, toInterrupted(passing), toFailure],
    Next: next,
  } as JsonObject;
}

const choice = (names: readonly string[]): JsonObject =>
  ({
    Type: 'Choice',
    Choices: names.map((name) => ({ Condition: `{% $next = ${JSON.stringify(name)} %}`, Next: name })),
    Default: endedState,
  }) as JsonObject;

/** The last resort: the enrollment is marked failed, with the reason; and where nothing is the matter with it. */
const failureStates = (about: JsonObject): { readonly [name: string]: JsonObject } => ({
  [interruptedState]: {
    Type: 'Fail',
    Error: 'EnrollmentInterrupted',
    Cause: 'What it needs was not to be had for minutes; its due row begins the next execution.',
  },
  'Mark failed': {
    Type: 'Task',
    Resource: invoke,
    Arguments: {
      FunctionName: functionNames.markFailed,
      Payload: { ...about, error: '{% $failure.Error %}', cause: '{% $failure.Cause %}' },
    },
    TimeoutSeconds: 60,
    Retry: retry,
    Next: 'Failed',
  } as unknown as JsonObject,
  Failed: { Type: 'Fail', Error: 'EnrollmentFailed', Cause: 'The enrollment was marked failed.' },
});
