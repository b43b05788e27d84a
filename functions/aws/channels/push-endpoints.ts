import { CreatePlatformEndpointCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { HandOver } from '../../../core/ports.ts';
import { askOnce } from './ask-once.ts';

type Found = { readonly kind: 'found'; readonly arn: string } | Extract<HandOver, { kind: 'refused' }>;

const mostKept = 10_000;

/** SNS's own names for device tokens, kept while the container lives. To make one hands nothing over. */
export class PushEndpoints {
  private readonly client: SNSClient;
  private readonly known = new Map<string, string>();

  constructor(client: SNSClient) {
    this.client = client;
  }

  /** Idempotent: the endpoint of a token that SNS knows is the one it has. */
  async of(application: string, token: string): Promise<Found> {
    const key = keyOf(application, token);
    const known = this.known.get(key);
    if (known !== undefined) return { kind: 'found', arn: known };
    const made = await this.make(application, token);
    if (made.kind !== 'found') return made;
    if (this.known.size >= mostKept) this.known.clear();
    this.known.set(key, made.arn);
    return made;
  }
  forget(application: string, token: string): void {
    this.known.delete(keyOf(application, token));
  }

  private async make(application: string, token: string): Promise<Found> {
    const command = new CreatePlatformEndpointCommand({ PlatformApplicationArn: application, Token: token });
    let standing: string | undefined;
    const outcome = await askOnce(
      async (abortSignal) => {
        try {
          return { MessageId: (await this.client.send(command, { abortSignal })).EndpointArn };
        } catch (error) {
          standing = standingArn(error);
          throw error;
        }
      },
      ({ name }) => name.startsWith('InvalidParameter'),
    );
    const arn = outcome.kind === 'accepted' ? outcome.providerId : standing;
    if (arn !== undefined) return { kind: 'found', arn };
    // Nothing was published yet, so even silence is a refusal.
    const reason = outcome.kind === 'accepted' ? 'no-endpoint' : outcome.reason;
    return { kind: 'refused', reason, isPermanent: outcome.kind === 'refused' && outcome.isPermanent };
  }
}

const keyOf = (application: string, token: string): string => `${application}\n${token}`;

/** A token that stands with other attributes, as a disabled one does, is named only in the sentence of the error. */
const standingArn = (error: unknown): string | undefined =>
  error instanceof Error
    ? /Endpoint (arn:\S+:sns:\S+:endpoint\/\S+) already exists/.exec(error.message)?.[1]
    : undefined;
