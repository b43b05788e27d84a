import {
  aStack,
  aStandIn,
  anXmlError,
  signedIn,
  type AskedOf,
  type StandIn,
  type StandInAnswer,
} from '../../cli/stand-in.ts';
import { sojourn, type Ran } from '../../cli/run.ts';
import type { Deployment } from './deployment.ts';
import { FunctionFailed } from './function-process.ts';

/** A call of a function takes and answers 6 MB. */
const mostBytes = 6_291_556;

/** A shell that is signed in to the account of a deployment: the command runs in it as anybody would run it. */
export class Shell {
  private readonly standIn: StandIn;
  private constructor(standIn: StandIn) {
    this.standIn = standIn;
  }
  static async open(deployed: Deployment): Promise<Shell> {
    return new Shell(await aStandIn((asked) => answer(deployed, asked)));
  }
  close(): Promise<void> {
    return this.standIn.close();
  }

  /** Runs `sojourn` with these words. */
  run(...words: readonly string[]): Promise<Ran> {
    return sojourn(words, signedIn(this.standIn.endpoint)).ran;
  }
  /** Actions of IAM that all of it has needed so far. */
  get needed(): ReadonlySet<string> {
    return new Set(this.standIn.asked.map(actionOf));
  }
}

const invocation = /^POST \/2015-03-31\/functions\/([^/]+)\/invocations$/;
const actionOf = ({ service, operation }: AskedOf): string =>
  `${service}:${invocation.test(operation) ? 'InvokeFunction' : operation}`;

async function answer(deployed: Deployment, { service, operation, body }: AskedOf): Promise<StandInAnswer | undefined> {
  if (service === 'cloudformation') return stackOf(deployed, new URLSearchParams(body).get('StackName') ?? '');
  const [, id] = invocation.exec(operation) ?? [];
  return id === undefined ? undefined : invoked(deployed, id, body);
}

function stackOf({ templates }: Deployment, name: string): StandInAnswer {
  const outputs = templates.outputsOf(name);
  return outputs ? aStack(outputs) : anXmlError('ValidationError', `Stack with id ${name} does not exist`);
}

/** As Lambda answers a call. */
async function invoked({ functions, templates }: Deployment, id: string, body: string): Promise<StandInAnswer> {
  if (Buffer.byteLength(body) > mostBytes)
    return { status: 413, headers: { 'x-amzn-errortype': 'RequestTooLargeException' }, body: { message: 'too large' } };
  try {
    const told = await functions.invoke(templates.functionOf({ Ref: id }), JSON.parse(body));
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(told ?? null) };
  } catch (error) {
    if (!(error instanceof FunctionFailed)) throw error;
    const { name: errorType, message: errorMessage } = error;
    return { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorType, errorMessage } };
  }
}
