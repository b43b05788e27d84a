/** Names under which a service says that it cannot just now, or that nobody heard its answer. */
const passing = new Set([
  'ProvisionedThroughputExceededException',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottlingError',
  'LimitExceededException',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
  'AbortError',
  'RequestTimeout',
  'NetworkingError',
  'TransactionInProgressException',
]);

/** As the system names failures of network and names (`ECONNRESET`, `EAI_AGAIN`); Node's own begin with ERR_. */
const systemCode = /^E(?!RR_)[A-Z_]+$/;

/** Reasons of a cancelled transaction, by their codes. */
export const reasonsOf = (error: Error): readonly string[] =>
  'CancellationReasons' in error
    ? (error.CancellationReasons as readonly { readonly Code?: string }[]).flatMap(({ Code }) => Code ?? [])
    : [];

/** Whether a failure of AWS is one that passes: the same request may succeed a little later. */
export function isPassing(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const status =
    '$metadata' in error ? (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode : undefined;
  const isSystem = 'code' in error && typeof error.code === 'string' && systemCode.test(error.code);
  return (
    passing.has(error.name) || reasonsOf(error).some((code) => passing.has(code)) || isSystem || (status ?? 0) >= 500
  );
}
