import type { Answer, Call } from './wire.ts';

/** What a service says of itself when it fails, and when it has been asked too often. */
interface Words {
  readonly broken: readonly [name: string, status: number];
  readonly throttled: readonly [name: string, status: number];
}
/** From each service's API reference, section "Errors". */
const words: { readonly [service: string]: Words } = {
  dynamodb: { broken: ['InternalServerError', 500], throttled: ['ProvisionedThroughputExceededException', 400] },
  states: { broken: ['InternalFailure', 500], throttled: ['ThrottlingException', 400] },
  ses: { broken: ['InternalServiceErrorException', 500], throttled: ['TooManyRequestsException', 429] },
  sqs: { broken: ['InternalFailure', 500], throttled: ['RequestThrottled', 400] },
  events: { broken: ['InternalException', 500], throttled: ['ThrottlingException', 400] },
  firehose: { broken: ['ServiceUnavailableException', 503], throttled: ['ThrottlingException', 400] },
  sns: { broken: ['InternalError', 500], throttled: ['Throttled', 429] },
  'sms-voice': { broken: ['InternalServerException', 500], throttled: ['ThrottlingException', 400] },
  outside: { broken: ['broken', 500], throttled: ['busy', 429] },
  secretsmanager: { broken: ['InternalServiceError', 500], throttled: ['ThrottlingException', 400] },
};

/** A refusal in the words of the service that was asked. */
export function refusal({ service }: Call, kind: keyof Words): Answer {
  const known = words[service];
  if (!known) throw new RangeError(`How ${service} refuses is not known here.`);
  const [name, status] = known[kind];
  if (service === 'sns') {
    const xml = `<ErrorResponse><Error><Code>${name}</Code><Message>${name}</Message></Error></ErrorResponse>`;
    return { status, headers: { 'content-type': 'text/xml' }, body: Buffer.from(xml) };
  }
  const body = Buffer.from(JSON.stringify({ __type: name, message: name }));
  const type = service === 'ses' ? 'application/json' : 'application/x-amz-json-1.0';
  return { status, headers: { 'content-type': type, 'x-amzn-errortype': name }, body };
}

/** Takes nothing of a request that tells of each part. */
export function noneTaken({ body }: Call): Answer {
  const { Entries } = JSON.parse(body.toString('utf8')) as { readonly Entries: readonly object[] };
  const told = Entries.map(() => ({ ErrorCode: 'InternalFailure', ErrorMessage: 'refused' }));
  const answer = JSON.stringify({ FailedEntryCount: told.length, Entries: told });
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: Buffer.from(answer) };
}

type Json = { readonly [name: string]: unknown };
type Forward = (body?: Buffer) => Promise<Answer>;
/** Carries out a request but for one part of it. */
type Partly = (asked: Json, forward: (asked: Json) => Promise<Json>) => Promise<Json>;

const list = (value: unknown): readonly Json[] => value as readonly Json[];

/** Operations whose answers tell of each part, and how they tell of one that was not taken. */
const partly: { readonly [operation: string]: Partly } = {
  PutEvents: async (asked, forward) => {
    const [, ...rest] = list(asked['Entries']);
    const refused = { ErrorCode: 'InternalFailure', ErrorMessage: 'refused' };
    const taken = rest.length > 0 ? list((await forward({ ...asked, Entries: rest }))['Entries']) : [];
    return { FailedEntryCount: 1, Entries: [refused, ...taken] };
  },
  PutRecordBatch: async (asked, forward) => {
    const [, ...rest] = list(asked['Records']);
    const refused = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'refused' };
    const taken = rest.length > 0 ? list((await forward({ ...asked, Records: rest }))['RequestResponses']) : [];
    return { FailedPutCount: 1, RequestResponses: [refused, ...taken] };
  },
  SendMessageBatch: messagesBut,
  ChangeMessageVisibilityBatch: messagesBut,
  BatchGetItem: async (asked, forward) => {
    const [[table, { Keys, ...how }]] = Object.entries(asked['RequestItems'] as Json) as unknown as [[string, Json]];
    const [left, ...rest] = list(Keys);
    const UnprocessedKeys = { [table]: { ...how, Keys: [left] } };
    if (rest.length === 0) return { Responses: { [table]: [] }, UnprocessedKeys };
    return { ...(await forward({ RequestItems: { [table]: { ...how, Keys: rest } } })), UnprocessedKeys };
  },
};

async function messagesBut(asked: Json, forward: (asked: Json) => Promise<Json>): Promise<Json> {
  const [first, ...rest] = list(asked['Entries']);
  const refused = { Id: first!['Id'], SenderFault: false, Code: 'InternalError' };
  const taken = rest.length > 0 ? (await forward({ ...asked, Entries: rest }))['Successful'] : [];
  return { Successful: taken, Failed: [refused] };
}

export const isPartial = (operation: string): boolean => operation in partly;

/** Lets the service carry out all of a request but its first part, and says so as the service would. */
export async function withoutItsFirst({ operation, body }: Call, forward: Forward): Promise<Answer> {
  let headers: Answer['headers'] = { 'content-type': 'application/x-amz-json-1.0' };
  const answered = await partly[operation]!(JSON.parse(body.toString('utf8')) as Json, async (asked) => {
    const answer = await forward(Buffer.from(JSON.stringify(asked)));
    headers = answer.headers;
    return JSON.parse(answer.body.toString('utf8')) as Json;
  });
  return { status: 200, headers, body: Buffer.from(JSON.stringify(answered)) };
}
