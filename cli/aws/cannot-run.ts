/** Why a command could not do its work: a code that stays, what was being done, and what to try. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
  readonly code: Code;
  readonly doing: string;

  constructor(code: Code, doing: string, said: string, suggestion: string, cause?: unknown) {
    super(`${code}: could not ${doing}: ${said} ${suggestion}`.trim(), { cause });
    this.code = code;
    this.doing = doing;
  }
}

/** Stable, one for each way out. */
export type Code =
  | 'no-credentials'
  | 'credentials-refused'
  | 'no-region'
  | 'access-denied'
  | 'unreachable'
  | 'no-such-stack'
  | 'stack-outdated'
  | 'function-failed'
  | 'documents-too-large'
  | 'aws-error';

/** What a request is for, and the action of IAM that it needs. */
export interface Asking {
  /** After "could not": `read the stack Sojourn-dev-App`. */
  readonly doing: string;
  readonly action: string;
}

/** Waits for an answer of AWS. @throws CannotRun in place of what the SDK throws */
export async function asked<T>(asking: Asking, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw cannotRun(asking, error);
  }
}

const credentialNames = /^(CredentialsProviderError|TokenProviderError)$/;
const refusedNames =
  /^(UnrecognizedClientException|InvalidClientTokenId|ExpiredToken(Exception)?|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken(Exception)?)$/;
const deniedNames = /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|NotAuthorized)$/;

function cannotRun({ doing, action }: Asking, error: unknown): CannotRun {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  const said = `${message.replace(/\.?\s*$/, '')}.`;
  const as = (code: Code, suggestion: string): CannotRun => new CannotRun(code, doing, said, suggestion, error);
  if (credentialNames.test(name))
    return as('no-credentials', 'Sign in, or set AWS_PROFILE; "aws sts get-caller-identity" must answer.');
  if (refusedNames.test(name))
    return as('credentials-refused', 'They are over, or of another account: sign in again, or look at AWS_PROFILE.');
  if (/region (is missing|not accepted)/i.test(message))
    return as('no-region', 'Name it with --region, or set AWS_REGION.');
  if (deniedNames.test(name)) return as('access-denied', `Your role needs ${action}.`);
  if (isUnreachable(error)) return as('unreachable', 'Look at the network, and at --region.');
  return as('aws-error', '');
}

/** Names of the network, as the system or the SDK gives them. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|ETIMEDOUT|EHOSTUNREACH)$/.test(code) || error.name === 'TimeoutError'
  );
}
