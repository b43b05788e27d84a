import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { documentsOfPreset, presetsFolder } from '../../cli/preset.ts';
import { viewOf } from '../../core/segment/view.ts';
import { presentProfile } from '../../functions/parts/http/present.ts';
import { Home } from '../../local/home.ts';
import { aFolder, sojourn } from './run.ts';

const data = '../shared/data/online_retail';
const isThere = existsSync(data);
if (!isThere) console.warn(`The Online Retail files are not at ${data}: the import of real orders is NOT tested here.`);
const files = ['lines_2010-12_2011-04.csv.gz', 'lines_2011-05_2011-09.csv.gz'].map((name) => join(data, name));
const folders: string[] = [];
const folder = (): string => {
  folders.push(aFolder());
  return folders.at(-1)!;
};
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));

/** What RFM is made of, as computed traits; the data are of one shop, whose money is `revenue`. */
const rfmTraits = [
  { id: 'first-order', name: 'First order', first: 'Order Completed' },
  { id: 'last-order', name: 'Last order', last: 'Order Completed' },
  { id: 'buying-days', name: 'Days with an order', daysWith: 'Order Completed' },
  { id: 'spent', name: 'Spent', sum: 'Order Completed', of: 'revenue' },
];
/** The shipped workflows, in the data's own zone, with those traits. */
function workflowsWithRfm(): string {
  const workflows = join(folder(), 'workflows');
  cpSync('workflows', workflows, { recursive: true });
  const path = join(workflows, 'workspace.json');
  const workspace = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...workspace, timeZone: 'Europe/London' }));
  for (const trait of rfmTraits)
    writeFileSync(join(workflows, 'traits', `${trait.id}.trait.json`), JSON.stringify(trait));
  return workflows;
}

/** The shipped workflows with the preset of RFM, in the data's own zone and money. */
function workflowsWithPreset(): string {
  const workflows = workflowsWithRfm();
  for (const path of documentsOfPreset('rfm')) cpSync(join(presetsFolder, 'rfm', path), join(workflows, path));
  const spent = join(workflows, 'traits', 'rfm-monetary.trait.json');
  writeFileSync(spent, readFileSync(spent, 'utf8').replace('"total"', '"revenue"'));
  return workflows;
}
/** Everybody who has bought: days since the last order, how many orders, and for how much. */
function buyersIn(path: string, atMs: number) {
  const db = new DatabaseSync(join(path, 'sojourn.db'), { readOnly: true });
  const rows = db
    .prepare(
      `SELECT profile_id AS id, occurred_ms AS ms, json_extract(body, '$.properties.revenue') AS revenue
         FROM events WHERE name = 'Order Completed'`,
    )
    .all() as { id: string; ms: number; revenue: number }[];
  db.close();
  const dayOf = (ms: number): number =>
    Date.parse(new Date(ms).toLocaleDateString('en-CA', { timeZone: 'Europe/London' })) / 86_400_000;
  return [...Map.groupBy(rows, ({ id }) => id)].map(([profileId, orders]) => ({
    profileId,
    days: dayOf(atMs) - dayOf(Math.max(...orders.map(({ ms }) => ms))),
    orders: orders.length,
    spent: orders.reduce((sum, { revenue }) => sum + Math.round(revenue * 1e6), 0),
  }));
}

interface Reference {
  readonly cohort_active_customers_by_month: { readonly [month: string]: readonly number[] };
  readonly rfm_examples: readonly {
    readonly customer_id: number;
    readonly first: string;
    readonly last: string;
    readonly purchase_days: number;
    readonly frequency: number;
    readonly recency_days: number;
    readonly age_days: number;
    readonly revenue: number;
  }[];
  readonly customers: number;
  readonly purchases: { readonly invoices: number; readonly customers: number; readonly revenue: number };
  readonly monthly_revenue: { readonly [month: string]: number };
}
const reference = (): Reference => JSON.parse(readFileSync(join(data, 'reference.json'), 'utf8')) as Reference;

/** People, orders and revenue, asked of the tables. */
function counted(path: string): Pick<Reference, 'customers' | 'purchases' | 'monthly_revenue'> {
  const db = new DatabaseSync(join(path, 'sojourn.db'), { readOnly: true });
  const one = (sql: string): number => (db.prepare(sql).get() as { n: number }).n;
  const orders = `FROM events WHERE name = 'Order Completed'`;
  const cents = `round(json_extract(body, '$.properties.revenue') * 100)`;
  // Invoice dates are UK local time: summer time begins and ends within the data, never across a month's midnight order.
  const months = db
    .prepare(
      `SELECT strftime('%Y-%m', occurred_ms / 1000, 'unixepoch') AS month, sum(${cents}) / 100 AS revenue ${orders} GROUP BY 1`,
    )
    .all() as { month: string; revenue: number }[];
  const found = {
    customers: one(`SELECT count(*) AS n FROM profiles`),
    purchases: {
      invoices: one(`SELECT count(*) AS n ${orders}`),
      customers: one(`SELECT count(DISTINCT profile_id) AS n ${orders}`),
      revenue: one(`SELECT sum(${cents}) / 100 AS n ${orders}`),
    },
    monthly_revenue: Object.fromEntries(months.map(({ month, revenue }) => [month, revenue])),
  };
  db.close();
  return found;
}
/** Of those who first bought in a month, how many bought in each month from then on. */
function cohorts(path: string): Reference['cohort_active_customers_by_month'] {
  const db = new DatabaseSync(join(path, 'sojourn.db'), { readOnly: true });
  const rows = db
    .prepare(
      `WITH bought AS (SELECT DISTINCT profile_id, strftime('%Y-%m', occurred_ms / 1000, 'unixepoch') AS month
         FROM events WHERE name = 'Order Completed'),
       born AS (SELECT profile_id, min(month) AS cohort FROM bought GROUP BY 1)
       SELECT cohort, month, count(*) AS n FROM bought JOIN born USING (profile_id) GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    .all() as { cohort: string; month: string; n: number }[];
  db.close();
  return Object.fromEntries(
    [...Map.groupBy(rows, ({ cohort }) => cohort)].map(([cohort, months]) => [cohort, months.map(({ n }) => n)]),
  );
}
const expected = (): ReturnType<typeof counted> => {
  const { customers, purchases, monthly_revenue } = reference();
  const { invoices, customers: buyers, revenue } = purchases;
  return { customers, purchases: { invoices, customers: buyers, revenue }, monthly_revenue };
};
const importing = (path: string, ...more: string[]): readonly string[] => [
  'import',
  ...files,
  '--map',
  'examples/online-retail.map.json',
  '--data',
  path,
  ...more,
];

describe.skipIf(!isThere)('an import of the real orders', { timeout: 600_000 }, () => {
  it('counts the people, orders and revenue of the reference, and starts nothing', async () => {
    const path = folder();
    const { code, stdout } = await sojourn(importing(path)).ran;
    expect(code).toBe(0);
    expect(stdout).toContain('Order Completed: 11,906, revenue 5,455,405.18');
    expect(counted(path)).toEqual(expected());
    const db = new DatabaseSync(join(path, 'sojourn.db'), { readOnly: true });
    expect(db.prepare('SELECT count(*) AS n FROM enrollments').get()).toEqual({ n: 0 });
    db.close();
  });

  it('gives recency, frequency and money of customers as computed traits, and cohorts, exactly', async () => {
    const [path, workflows] = [folder(), workflowsWithRfm()];
    const { code } = await sojourn(importing(path, '--workflows', workflows)).ran;
    expect(code).toBe(0);
    const home = await Home.open({ data: path, workflows, isFrozen: true });
    const dayOf = (instant: string): string =>
      new Date(instant).toLocaleDateString('en-CA', { timeZone: 'Europe/London' });
    const days = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
    const endDay = '2011-09-09';
    for (const expectedRow of reference().rfm_examples) {
      const key = `userId:${expectedRow.customer_id}`;
      const owner = (await home.store.owners([key])).get(key)!;
      const shown = presentProfile((await home.store.load(owner))!, home.definitions.now, Date.parse('2011-09-10'));
      const traits = shown['computedTraits'] as { readonly [id: string]: string & number };
      const [first, last] = [dayOf(traits['first-order']!), dayOf(traits['last-order']!)];
      expect({
        ...{ customer_id: expectedRow.customer_id, first, last, purchase_days: traits['buying-days'] },
        frequency: traits['buying-days']! - 1,
        ...{ recency_days: days(first, last), age_days: days(first, endDay), revenue: traits['spent'] },
      }).toEqual(expectedRow);
    }
    await home.close();
    expect(cohorts(path)).toEqual(reference().cohort_active_customers_by_month);
  });

  it('ranks every buyer as a plain sort of all of them does, and puts each into one cell of RFM', async () => {
    const [path, workflows] = [folder(), workflowsWithPreset()];
    expect((await sojourn(importing(path, '--workflows', workflows)).ran).code).toBe(0);
    const began = { clock: 'manual', startMs: Date.parse('2011-09-10T10:00:00Z') } as const;
    const home = await Home.open({ data: path, workflows, ...began });
    await home.scheduler.wind(Date.parse('2011-09-11T03:00:00Z'));
    const { computed, coverage } = home.definitions.now;
    const { atMs } = coverage.ranks!['recency-score']!;
    expect(new Date(atMs).toISOString()).toBe('2011-09-11T03:00:00.000Z');
    const buyers = buyersIn(path, atMs);
    expect(buyers).toHaveLength(reference().purchases.customers);
    const score = (all: readonly number[], isBehind: (other: number) => boolean): number =>
      1 + Math.floor((5 * all.filter(isBehind).length) / all.length);
    const [days, orders, spent] = [
      buyers.map((one) => one.days),
      buyers.map((one) => one.orders),
      buyers.map((one) => one.spent),
    ];
    const found: { [scores: string]: number } = {};
    for (const buyer of buyers) {
      const { profile } = (await home.store.load(buyer.profileId))!;
      const view = viewOf(profile, home.definitions.now, home.clock.nowMs());
      const scores = ['recency-score', 'frequency-score', 'monetary-score'].map((id) =>
        computed.get(id)!.valueOf(view),
      );
      expect([buyer.profileId, ...scores]).toEqual([
        buyer.profileId,
        score(days, (other) => other > buyer.days),
        score(orders, (other) => other < buyer.orders),
        score(spent, (other) => other < buyer.spent),
      ]);
      const cells = Object.keys(profile.segments).filter((id) => id.startsWith('rfm-'));
      expect(cells).toHaveLength(1);
      found[cells[0]!] = (found[cells[0]!] ?? 0) + 1;
    }
    await home.close();
    expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(buyers.length);
    expect(Object.keys(found)).toHaveLength(11);
  });

  it('goes on after a kill as if nothing had happened', async () => {
    const path = folder();
    const { child, ran } = sojourn(importing(path));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    child.kill('SIGKILL');
    await ran;
    const again = await sojourn(importing(path)).ran;
    expect(again.code).toBe(0);
    expect(counted(path)).toEqual(expected());
    const third = await sojourn(importing(path)).ran;
    expect(third.code).toBe(0);
    expect(counted(path)).toEqual(expected());
  });

  it('writes what it leaves out into an error file that says which lines and why', async () => {
    const path = folder();
    const { stdout } = await sojourn([...importing(path), '--json']).ran;
    const summary = JSON.parse(stdout) as {
      files: { errors: string; counts: { problems: { identity_missing: number } } }[];
    };
    const problems = summary.files.flatMap(({ errors }) => readFileSync(errors, 'utf8').trim().split('\n'));
    const lines = problems.flatMap((line) => (JSON.parse(line) as { lines: number[] }).lines);
    expect(lines.length).toBe(91_927);
    expect(summary.files.reduce((sum, { counts }) => sum + counts.problems.identity_missing, 0)).toBe(problems.length);
  });

  it('winds through nine months in which second purchase, churn prevention and reactivation run', async () => {
    const path = folder();
    const { code } = await sojourn(importing(path, '--wind')).ran;
    expect(code).toBe(0);
    expect(counted(path).purchases).toEqual(expected().purchases);
    const db = new DatabaseSync(join(path, 'sojourn.db'), { readOnly: true });
    const entered = db.prepare('SELECT journey_id AS id, count(*) AS n FROM enrollments GROUP BY 1').all() as {
      id: string;
      n: number;
    }[];
    const byJourney = Object.fromEntries(entered.map(({ id, n }) => [id, n]));
    // Every buyer's first order begins it, once.
    expect(byJourney['second-purchase']).toBe(reference().purchases.customers);
    expect(byJourney['churn-prevention']).toBeGreaterThan(1_000);
    expect(byJourney['reactivation']).toBeGreaterThan(1_000);
    db.close();
  });
});
