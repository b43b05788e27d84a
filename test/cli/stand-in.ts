import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';

/** One request to AWS, whatever its protocol. */
export interface AskedOf {
  /** As it was signed for: `lambda`, `sqs`, … */
  readonly service: string;
  /** `SendMessage`, or method and path where the path says what is asked. */
  readonly operation: string;
  readonly body: string;
}
/** What is answered: JSON, or XML as text. */
export interface StandInAnswer {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body: object | string;
}
/** `undefined` where it is not for the stand-in: then the request goes on to the double behind it. */
export type Answering = (asked: AskedOf) => StandInAnswer | undefined | Promise<StandInAnswer | undefined>;

/** A server on loopback that speaks for AWS where no double does. */
export interface StandIn {
  readonly endpoint: string;
  readonly asked: AskedOf[];
  close(): Promise<void>;
}

/** @param behind endpoint of a double that takes what is not answered here */
export async function aStandIn(answering: Answering, behind?: string): Promise<StandIn> {
  const asked: AskedOf[] = [];
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await readAll(request);
      const one = { ...askedOf(request.headers, request.method ?? '', request.url ?? '', body), body };
      asked.push(one);
      const {
        status,
        headers,
        body: text,
      } = await answerTo(one, answering, () =>
        passOn(behind, request.method ?? '', request.url ?? '', request.headers, body),
      );
      response.writeHead(status ?? 200, headers).end(typeof text === 'string' ? text : JSON.stringify(text));
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { endpoint: `http://127.0.0.1:${port}`, asked, close };
}

async function answerTo(
  asked: AskedOf,
  answering: Answering,
  otherwise: () => Promise<StandInAnswer>,
): Promise<StandInAnswer> {
  return (await answering(asked)) ?? otherwise();
}

function askedOf(
  headers: IncomingHttpHeaders,
  method: string,
  path: string,
  body: string,
): Pick<AskedOf, 'service' | 'operation'> {
  const [, service = ''] = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const target = String(headers['x-amz-target'] ?? '').replace(/^.*\./, '');
  const action = new URLSearchParams(body).get('Action');
  return { service, operation: target || action || `${method} ${path}` };
}

async function passOn(
  behind: string | undefined,
  method: string,
  path: string,
  { host: _, connection: __, ...headers }: IncomingHttpHeaders,
  body: string,
): Promise<StandInAnswer> {
  if (behind === undefined) return { status: 501, body: { __type: 'NotImplemented', message: `${method} ${path}` } };
  const answer = await fetch(`${behind}${path}`, {
    method,
    headers: headers as Record<string, string>,
    ...(body !== '' && { body }),
  });
  const type = answer.headers.get('content-type') ?? 'application/json';
  const error = answer.headers.get('x-amzn-errortype');
  return {
    status: answer.status,
    headers: { 'content-type': type, ...(error !== null && { 'x-amzn-errortype': error }) },
    body: await answer.text(),
  };
}

/** An error as the JSON protocols give it. */
export const anError = (name: string, message = 'no', status = 400): StandInAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': name },
  body: { __type: name, message, Message: message },
});

const xml = (body: string, status = 200): StandInAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});
/** An error as CloudFormation gives it. */
export const anXmlError = (code: string, message: string, status = 400): StandInAnswer =>
  xml(
    `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
    status,
  );
/** A stack, as CloudFormation describes it. */
export function aStack(outputs: Readonly<Record<string, string>>): StandInAnswer {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return xml(
    `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>s</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeStacksResponse>`,
  );
}

/** Answers so, where a stack with these outputs is there. */
export const withStack =
  (outputs: Readonly<Record<string, string>>, answering: Answering): Answering =>
  async (asked) =>
    (await answering(asked)) ?? (asked.service === 'cloudformation' ? aStack(outputs) : undefined);

/** Variables of a shell. */
export type Env = { readonly [name: string]: string };

/** How a shell is signed in to it; nothing of the developer's own is looked at. */
export const signedIn = (endpoint: string): Env => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nowhere',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
});
