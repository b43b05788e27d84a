import type { JsonObject } from '../../../core/json.ts';
import type { Deployment } from './deployment.ts';
import type { Answer, Call } from './wire.ts';

/** What of its writes the publisher dies at: before it is heard, or before its answer. */
export interface Death {
  /** From 0. */
  readonly at: number;
  readonly isHeard: boolean;
  /** Until it is tried again. */
  readonly minutes: number;
}

/** A publisher that dies at what it writes. */
export class DyingPublisher {
  /** Of each death, what was written last. */
  readonly last: string[] = [];
  private readonly deployed: Deployment;
  constructor(deployed: Deployment) {
    this.deployed = deployed;
  }

  /** A request of the publisher. @returns undefined if it died of it */
  async send(path: string, body: JsonObject, { at, isHeard }: Death): Promise<number | undefined> {
    const written: string[] = [];
    let isDead = false;
    this.deployed.wire.between = async (call, forward) => {
      // Whoever is dead asks nothing more.
      if (isDead) return call.caller === 'publish-documents' ? dead : forward();
      const name = nameOfWrite(call);
      if (name === undefined) return forward();
      isDead = written.length === at;
      if (isDead && !isHeard) return dead;
      written.push(name);
      const answer = await forward();
      return isDead ? dead : answer;
    };
    const { status } = await this.deployed.publisher('POST', path, body);
    this.deployed.wire.between = (_, forward) => forward();
    if (!isDead) return status;
    this.last.push(written.at(-1) ?? 'nothing');
    await this.deployed.functions.restart('publish-documents');
    return undefined;
  }
}

/** What nobody asks again after: as if the container were gone. */
const dead: Answer = {
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(JSON.stringify({ __type: 'AccessDeniedException', message: 'dead' })),
};

/** What the publisher writes, in the words of its store; undefined where it does not. */
function nameOfWrite({ caller, operation, body }: Call): string | undefined {
  if (caller !== 'publish-documents' || /^(Get|BatchGet|Query|List|Describe)/.test(operation)) return undefined;
  const asked = JSON.parse(body.toString('utf8')) as JsonObject;
  switch (operation) {
    case 'PutItem': {
      const { pk, sk } = asked['Item'] as { readonly [key: string]: { readonly S: string } };
      return pk!.S.startsWith('journey#') ? 'the row of a version' : sk!.S.replace(/#\d+$/, '');
    }
    case 'UpdateItem':
      return 'the ids of journeys';
    case 'TransactWriteItems':
      return 'what is current';
    case 'CreateStateMachine':
    case 'UpdateStateMachine':
      return operation;
    default:
      return `${operation} of ${ruleIn(String(asked['Rule'] ?? asked['Name']))}`;
  }
}
const ruleIn = (name: string): string =>
  name.endsWith('.2') ? 'a second rule' : name.includes('-journey-') ? 'a rule of its own' : 'a rule of the deployment';
