/**
 * List prices of AWS in us-east-1, in US dollars, as the services' own pricing pages gave them in autumn 2026. The tiers
 * that everybody starts in; free tiers are left out, but for the alarms and the requests that every account has for good.
 */
export const prices = {
  /** Table on demand: one write of up to 1 KB, one strongly consistent read of up to 4 KB. */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  /** One gigabyte for a month. */
  tableStorage: 0.25,
  /** HTTP API: a request of up to 512 KB. */
  httpRequest: 1.0e-6,
  /** Lambda on ARM64. */
  invocation: 0.2e-6,
  gigabyteSecond: 0.0000133334,
  /** A custom event of up to 64 KB; what rules hand on costs nothing more. */
  busEvent: 1.0e-6,
  /** A request of up to 64 KB. */
  queueRequest: 0.4e-6,
  orderedQueueRequest: 0.5e-6,
  /** Standard workflows. */
  transition: 25e-6,
  /** A gigabyte, each record counted as a multiple of 5 KB. */
  firehoseGigabyte: 0.029,
  /** A gigabyte taken in. */
  logGigabyte: 0.5,
  secretCall: 0.05 / 10_000,
  /** A month of each. */
  key: 1.0,
  secret: 0.4,
  alarmMetric: 0.1,
} as const;
