import { randomUUID } from 'node:crypto';

/** An answer that is no success: status, code, sentence, where, and what would help. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly path: string | undefined;
  readonly suggestion: string | undefined;
  constructor(status: number, code: string, message: string, path?: string, suggestion?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.path = path;
    this.suggestion = suggestion;
  }
}

/** The error body of every route. */
export function problemResponse(
  problem: ApiProblem,
  headers: { readonly [name: string]: string } = {},
  requestId: string = randomUUID(),
): Response {
  const { status, code, message, path = '', suggestion } = problem;
  const error = { code, message, path, ...(suggestion !== undefined && { suggestion }), requestId };
  return Response.json({ error }, { status, headers });
}
