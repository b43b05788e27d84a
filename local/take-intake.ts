import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IntakeResponse } from '../functions/parts/http/intake-answers.ts';
import type { Intake } from '../functions/parts/http/intake.ts';

/** Dropped unseen after a refusal, so that a caller who is still sending hears the answer; more of it is cut off. */
const mostDropped = 2_000_000;

/** Answers a request of the intake; its body is read only once the intake has let it in. */
export function takeIntake(intake: Intake, request: IncomingMessage, response: ServerResponse): void {
  const { authorization, 'content-encoding': encoding, 'content-length': length } = request.headers;
  const admitted = intake.admit({
    method: request.method ?? 'GET',
    path: (request.url ?? '').split('?', 1)[0]!,
    authorization,
    encoding,
    bytes: length === undefined ? undefined : Number(length),
  });
  if ('status' in admitted) {
    dropRest(request);
    return answer(response, admitted);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  let isOpen = true;
  const finish = (body: Uint8Array | undefined): void => {
    isOpen = false;
    void intake.finish(admitted, body).then((told) => answer(response, told));
  };
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (!isOpen) return cutOff(request, size);
    if (size <= admitted.mostBytes) return void chunks.push(chunk);
    chunks.length = 0;
    finish(undefined);
  });
  request.on('end', () => {
    if (isOpen) finish(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
  });
  // A caller who went away in the middle: without a listener the room it had would never be free again.
  request.on('error', () => {
    if (isOpen) intake.drop();
    isOpen = false;
  });
}

/** Gives an answer. */
export function answer(response: ServerResponse, { status, headers, body }: IntakeResponse): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function dropRest(request: IncomingMessage): void {
  let size = 0;
  request.on('data', (chunk: Buffer) => cutOff(request, (size += chunk.length)));
  request.on('error', () => undefined);
}
function cutOff(request: IncomingMessage, size: number): void {
  if (size > mostDropped) request.destroy();
}
