import type { Home } from '../../local/home.ts';

type Db = Home['db'];
type Counts = readonly { readonly name: string; readonly n: number }[];

/** What a year came to, each figure a question to the tables and not a count that the code kept. */
export interface YearSummary {
  readonly people: number;
  readonly known: number;
  readonly events: number;
  readonly orders: number;
  readonly journeys: readonly {
    readonly id: string;
    readonly name: string;
    readonly entered: number;
    readonly heldOut: number;
    readonly goals: number;
    readonly exits: Counts;
  }[];
  readonly sent: Counts;
  readonly refused: Counts;
  readonly conversions: number;
  readonly suppressed: number;
  readonly merged: number;
  /** Messages of acquisition journeys handed over to people whose conversion had been accepted before. */
  readonly afterConversion: number;
}

/**
 * Messages in the outbox that came from an acquisition journey, to a person whose conversion had been accepted by then.
 * A person is whoever the profile had become by the time of the hand-over.
 */
const afterConversionSql = `
WITH RECURSIVE merge AS (
  SELECT json_extract(detail, '$.profileId') AS loser, profile_id AS winner, at_ms FROM facts WHERE kind = 'enrollment' AND name = 'merged'),
person(profile_id, alias, since_ms) AS (
  SELECT profile_id, profile_id, 0 FROM profiles
  UNION SELECT person.profile_id, merge.winner, max(person.since_ms, merge.at_ms) FROM person JOIN merge ON merge.loser = person.alias),
converted AS (
  SELECT person.alias AS profile_id, max(facts.at_ms, person.since_ms) AS at_ms FROM facts JOIN person USING (profile_id) WHERE facts.kind = 'conversion')
SELECT count(*) AS n FROM outbox
JOIN deliveries USING (delivery_id)
JOIN documents ON documents.kind = 'journey' AND documents.id = deliveries.journey_id AND json_extract(documents.body, '$.kind') = 'acquisition'
WHERE EXISTS (SELECT 1 FROM converted WHERE converted.profile_id = deliveries.profile_id AND converted.at_ms < outbox.handed_ms)`;

/** Asks the tables of a home what happened. */
export function summarise(home: Home): YearSummary {
  const { db } = home;
  const one = (sql: string, ...values: string[]): number => db.get<{ n: number }>(sql, ...values)?.n ?? 0;
  const many = (sql: string, ...values: string[]): Counts => db.all<{ name: string; n: number }>(sql, ...values);
  home.db.flush();
  return {
    people: one(`SELECT count(*) AS n FROM profiles WHERE json_extract(body, '$.mergedInto') IS NULL`),
    known: one(`SELECT count(DISTINCT profile_id) AS n FROM identities WHERE key GLOB 'userId:*'`),
    events: one('SELECT count(*) AS n FROM events'),
    orders: one(`SELECT count(*) AS n FROM events WHERE name = 'Order Completed'`),
    journeys: home.definitions.documents.journeys.map(({ id, name }) => ({
      id,
      name,
      entered: one(`SELECT count(*) AS n FROM enrollments WHERE journey_id = ?`, id),
      heldOut: one(`SELECT count(*) AS n FROM enrollments WHERE journey_id = ? AND status = 'held-out'`, id),
      goals: one(`SELECT count(goal_ms) AS n FROM enrollments WHERE journey_id = ?`, id),
      exits: many(
        `SELECT coalesce(reason, status) AS name, count(*) AS n FROM enrollments WHERE journey_id = ? AND status <> 'held-out' GROUP BY 1 ORDER BY 2 DESC`,
        id,
      ),
    })),
    sent: many('SELECT channel AS name, count(*) AS n FROM outbox GROUP BY 1 ORDER BY 2 DESC'),
    refused: many(
      'SELECT reason AS name, count(*) AS n FROM deliveries WHERE reason IS NOT NULL GROUP BY 1 ORDER BY 2 DESC',
    ),
    conversions: one(`SELECT count(*) AS n FROM facts WHERE kind = 'conversion'`),
    suppressed: one('SELECT count(*) AS n FROM suppressions'),
    merged: one(`SELECT count(*) AS n FROM facts WHERE kind = 'enrollment' AND name = 'merged'`),
    afterConversion: afterConversion(db),
  };
}

/** How many acquisition messages were handed over after a conversion had been accepted; it must be 0. */
export const afterConversion = (db: Db): number => db.get<{ n: number }>(afterConversionSql)?.n ?? 0;

const number = (value: number): string => value.toLocaleString('en');
const listed = (counts: Counts): string => counts.map(({ name, n }) => `${name} ${number(n)}`).join(' · ') || 'none';
const plainExit: { readonly [reason: string]: string } = {
  active: 'still inside',
  completed: 'to the end',
  'exit-event': 'left by an event',
  'exit-condition': 'left by a condition',
  converted: 'converted',
  restart: 'began again',
  merged: 'merged',
};

/** The summary in a marketer's words. */
export function inWords(summary: YearSummary): string {
  const journeys = summary.journeys.flatMap(({ name, entered, heldOut, goals, exits }) => [
    `  ${name}`,
    `    ${number(entered)} entered (${number(heldOut)} of them held out), ${number(goals)} reached the goal`,
    `    ${listed(exits.map(({ name: reason, n }) => ({ name: plainExit[reason] ?? reason, n })))}`,
  ]);
  return [
    `People        ${number(summary.people)} profiles, ${number(summary.known)} of them known customers; ${number(summary.merged)} visitors turned out to be somebody we knew`,
    `Events        ${number(summary.events)}, among them ${number(summary.orders)} orders`,
    `Conversions   ${number(summary.conversions)} people bought for the first time`,
    `Messages      ${listed(summary.sent)}`,
    `Not sent      ${listed(summary.refused)}`,
    `Blocked       ${number(summary.suppressed)} addresses after a bounce, a complaint or an unsubscribe`,
    'Journeys',
    ...journeys,
    `Acquisition messages to people who had already bought: ${summary.afterConversion}`,
  ].join('\n');
}
