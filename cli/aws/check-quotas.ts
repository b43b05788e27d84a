import {
  paginateListAWSDefaultServiceQuotas,
  paginateListServiceQuotas,
  ServiceQuotasClient,
  type ServiceQuota,
} from '@aws-sdk/client-service-quotas';
import { asked } from './cannot-run.ts';
import { clientOf } from './deployed.ts';
import { consoleAt, figure, type Account, type Check, type Finding } from './finding.ts';

/** A quota that we live within. */
interface Lived {
  readonly code: string;
  /** By its code where AWS documents one, else by its name. */
  readonly is: { readonly quotaCode: string } | { readonly name: RegExp };
  readonly least: number;
  readonly says: (value: string) => string;
  readonly because: string;
}

/** By service, as Service Quotas names it. */
const lived: Readonly<Record<string, readonly Lived[]>> = {
  states: [
    {
      code: 'open-executions',
      is: { name: /open executions/i },
      least: 1_000_000,
      says: (value) => `Step Functions holds ${value} open executions.`,
      because:
        'every account has as many by default, and the alarm speaks at 800,000: at the limit nobody enters a journey',
    },
    {
      code: 'start-executions',
      is: { name: /^StartExecution throttle token refill rate/i },
      least: 100,
      says: (value) => `Step Functions starts ${value} executions a second.`,
      because:
        'five batches of entries at once start up to a hundred a second; above the limit, entries wait, and after an hour they are stale',
    },
  ],
  events: [
    {
      code: 'put-events',
      is: { quotaCode: 'L-9B653E91' },
      least: 400,
      says: (value) => `EventBridge takes ${value} requests of PutEvents a second.`,
      because:
        'that is the least of any region by default; below it, facts come late when many people do something at once',
    },
    {
      code: 'rule-invocations',
      is: { quotaCode: 'L-5540C5E3' },
      least: 750,
      says: (value) => `EventBridge calls ${value} targets of rules a second.`,
      because:
        'that is the least of any region by default; one fact calls a target for each journey that listens to it',
    },
  ],
  dynamodb: [
    {
      code: 'table-writes',
      is: { quotaCode: 'L-AB614373' },
      least: 4_000,
      says: (value) => `A table takes ${value} write units a second.`,
      because: 'a table on demand takes 4,000 from its first day; below that, the quota turns events away',
    },
    {
      code: 'table-reads',
      is: { quotaCode: 'L-CF0CBE56' },
      least: 12_000,
      says: (value) => `A table gives ${value} read units a second.`,
      because: 'a table on demand gives 12,000 from its first day; below that, the quota turns requests away',
    },
  ],
};

/** One check for each service: what may not be asked of one says nothing of the others. */
export const quotaChecks: readonly (readonly [code: string, check: Check])[] = Object.entries(lived).map(
  ([service, quotas]) => [`${service}-quotas`, (account) => checkService(account, service, quotas)],
);

async function checkService(account: Account, service: string, quotas: readonly Lived[]): Promise<readonly Finding[]> {
  const client = new ServiceQuotasClient(clientOf(account));
  const applied = await asked(
    { doing: `list the quotas of ${service}`, action: 'servicequotas:ListServiceQuotas' },
    allOf(paginateListServiceQuotas({ client }, { ServiceCode: service })),
  );
  // Where nothing was ever raised, a quota may be listed among the defaults only.
  const defaults = quotas.every((one) => find(applied, one))
    ? []
    : await asked(
        { doing: `list the default quotas of ${service}`, action: 'servicequotas:ListAWSDefaultServiceQuotas' },
        allOf(paginateListAWSDefaultServiceQuotas({ client }, { ServiceCode: service })),
      );
  return quotas.map((one) => findingOf(account, service, one, find(applied, one) ?? find(defaults, one)));
}

async function allOf(
  pages: AsyncIterable<{ readonly Quotas?: ServiceQuota[] | undefined }>,
): Promise<readonly ServiceQuota[]> {
  const all: ServiceQuota[] = [];
  for await (const { Quotas = [] } of pages) all.push(...Quotas);
  return all;
}

const find = (quotas: readonly ServiceQuota[], { is }: Lived): ServiceQuota | undefined =>
  quotas.find(({ QuotaCode, QuotaName = '' }) =>
    'quotaCode' in is ? QuotaCode === is.quotaCode : is.name.test(QuotaName),
  );

function findingOf(account: Account, service: string, one: Lived, quota: ServiceQuota | undefined): Finding {
  const { code, least, says, because } = one;
  const list = consoleAt(account, `servicequotas/home/services/${service}/quotas`);
  const value = quota?.Value;
  if (value === undefined) {
    const is = `Unknown: Service Quotas lists no such quota of ${service}.`;
    return { level: 'unknown', code, is, ask: list };
  }
  const is = says(figure(value));
  if (value >= least) return { level: 'ok', code, is };
  const ask = quota?.QuotaCode === undefined ? list : list.replace(/quotas(\?|$)/, `quotas/${quota.QuotaCode}$1`);
  return {
    level: 'raise',
    code,
    is,
    should: `It should be ${figure(least)} or more: ${because}.`,
    ask,
  };
}
