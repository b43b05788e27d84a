/**
 * Names of the environment variables by which a deployment tells a function where its neighbours are. `lib/` sets them
 * where it grants the permission; `functions/aws/` and the handlers read them.
 */
export const ENV = {
  /** Name of the one table. */
  table: 'SOJOURN_TABLE',
  /** Name of the custom bus. */
  bus: 'SOJOURN_BUS',
  /** URL of the FIFO queue of due minutes. */
  wakeQueue: 'SOJOURN_WAKE_QUEUE',
  /** ARN of the state machine that walks a round of a schedule. */
  roundsMachine: 'SOJOURN_ROUNDS_MACHINE',
  /** ARN of the state machine that fills everybody with what is published. */
  fillMachine: 'SOJOURN_FILL_MACHINE',
  /** URL of the queue that takes stream records which cannot be carried out, whole. */
  relayDeadQueue: 'SOJOURN_RELAY_DEAD_QUEUE',
  /** Name of the bucket of the lake. */
  lakeBucket: 'SOJOURN_LAKE_BUCKET',
  /** Name of the delivery stream into the lake. */
  lakeStream: 'SOJOURN_LAKE_STREAM',
  /** ARN of the secret with signing key, write keys and channel credentials. */
  secret: 'SOJOURN_SECRET',
  /** Public base of the links in messages, `https://…` without a slash at its end. */
  baseUrl: 'SOJOURN_BASE_URL',
  /** SES configuration sets of the marketing and of the transactional stream. */
  marketingConfigurationSet: 'SOJOURN_MARKETING_CONFIGURATION_SET',
  transactionalConfigurationSet: 'SOJOURN_TRANSACTIONAL_CONFIGURATION_SET',
  /** End User Messaging: id of the pool that texts are sent from, and the configuration set that reports on them. */
  smsPool: 'SOJOURN_SMS_POOL',
  smsConfigurationSet: 'SOJOURN_SMS_CONFIGURATION_SET',
  /** JSON: what state machines of journeys are made of, for whoever makes some without a deployment. */
  machines: 'SOJOURN_MACHINES',
  /** JSON: where the rules are by which facts begin journeys. */
  entryRules: 'SOJOURN_ENTRY_RULES',
  /** JSON: device type (`ios`, `android`) → ARN of the SNS platform application. */
  pushApplications: 'SOJOURN_PUSH_APPLICATIONS',
} as const;

/** What the secret holds, as JSON. */
export interface SecretDocument {
  /** 64 hex characters; signs links and hashes addresses. Never changed once people have been written to. */
  readonly signingKey: string;
  /** Write keys of servers; several, so that one can be replaced while both live. */
  readonly serverKeys: readonly string[];
  /** Write keys of browsers and apps. */
  readonly publicKeys: readonly string[];
  /** Web push (RFC 8292); absent until it is set up. */
  readonly vapid?: { readonly publicKey: string; readonly privateKey: string; readonly subject: string };
  /** Signing secrets of webhooks, the newest first: each request is signed with all of them. */
  readonly webhookSecrets?: readonly string[];
}
