/** Written into the file; a change of the tables raises it. */
export const schemaVersion = 2;

/** What brings the tables of an earlier version up to the one after it, once they hold all of the journal. */
export const upgrades: { readonly [version: number]: string } = {
  // Memberships stood in the profile's own row.
  1: `
    INSERT OR REPLACE INTO memberships
      SELECT profile_id, json_object('segments', body -> '$.segments', 'audiences', body -> '$.audiences') FROM profiles
      WHERE body -> '$.segments' <> '{}' OR body -> '$.audiences' <> '{}';
    UPDATE profiles SET body = json_remove(body, '$.segments', '$.audiences');`,
};

/**
 * Tables of the embedded home. Facts stand in the event that caused them, else in a row of their
 * commit; the view shows each. Rows hold their body as JSON; columns beside it are what is looked up. Tables with large
 * rows keep their rowid: without one, a row over a quarter of a page spills onto pages of its own.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS profiles (profile_id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS memberships (profile_id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS identities (key TEXT PRIMARY KEY, profile_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tombstones (hash TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erasures (erasure_id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS groups (type TEXT NOT NULL, group_id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (type, group_id));
CREATE TABLE IF NOT EXISTS walks (type TEXT NOT NULL, group_id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (type, group_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS merges (
  profile_id TEXT NOT NULL, merged_id TEXT NOT NULL, at_ms INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (profile_id, merged_id));
CREATE TABLE IF NOT EXISTS events (
  profile_id TEXT NOT NULL, event_id TEXT NOT NULL, name TEXT NOT NULL, occurred_ms INTEGER NOT NULL,
  version INTEGER NOT NULL, attempt_id TEXT NOT NULL, body TEXT NOT NULL, facts TEXT,
  PRIMARY KEY (profile_id, event_id));
CREATE TABLE IF NOT EXISTS enrollments (
  enrollment_id TEXT PRIMARY KEY, profile_id TEXT NOT NULL, journey_id TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,
  step_id TEXT, entered_ms INTEGER NOT NULL, goal_ms INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS enrollments_by_profile ON enrollments (profile_id, entered_ms);
CREATE INDEX IF NOT EXISTS enrollments_by_journey ON enrollments (journey_id, status, entered_ms);
CREATE TABLE IF NOT EXISTS guards (
  profile_id TEXT NOT NULL, journey_id TEXT NOT NULL, key TEXT NOT NULL, entered_ms INTEGER NOT NULL, enrollment_id TEXT NOT NULL,
  PRIMARY KEY (profile_id, journey_id, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deliveries (
  delivery_id TEXT PRIMARY KEY, profile_id TEXT NOT NULL, journey_id TEXT NOT NULL, step_id TEXT NOT NULL, channel TEXT NOT NULL,
  status TEXT NOT NULL, reason TEXT, at_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_by_time ON deliveries (at_ms);
CREATE TABLE IF NOT EXISTS outbox (
  delivery_id TEXT PRIMARY KEY, channel TEXT NOT NULL, handed_ms INTEGER NOT NULL, pack INTEGER NOT NULL, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox_packs (pack INTEGER PRIMARY KEY, messages BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS suppressions (
  channel TEXT NOT NULL, address_hash TEXT NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL, source TEXT, purpose TEXT,
  PRIMARY KEY (channel, address_hash, reason)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS controls (subject TEXT PRIMARY KEY, kind TEXT NOT NULL, at_ms INTEGER NOT NULL, said_by TEXT, why TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS coupons (
  pool TEXT NOT NULL, code TEXT NOT NULL, place INTEGER, ask_id TEXT, given_ms INTEGER, PRIMARY KEY (pool, code)) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS coupons_given ON coupons (pool, ask_id) WHERE ask_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS coupons_free ON coupons (pool, place) WHERE ask_id IS NULL;
CREATE TABLE IF NOT EXISTS tasks (
  task_id TEXT PRIMARY KEY, profile_id TEXT NOT NULL, queue TEXT NOT NULL, status TEXT NOT NULL, created_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tasks_by_time ON tasks (created_ms);
CREATE INDEX IF NOT EXISTS tasks_by_profile ON tasks (profile_id);
CREATE TABLE IF NOT EXISTS exposures (
  journey_id TEXT NOT NULL, experiment TEXT NOT NULL, variant TEXT NOT NULL, profile_id TEXT NOT NULL, enrollment_id TEXT NOT NULL,
  at_ms INTEGER NOT NULL, goal_ms INTEGER, value REAL, click_ms INTEGER, unsubscribed_ms INTEGER, complained_ms INTEGER,
  PRIMARY KEY (journey_id, experiment, variant, profile_id, enrollment_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rulings (
  experiment TEXT NOT NULL, kind TEXT NOT NULL, variant TEXT NOT NULL, at_ms INTEGER NOT NULL, because TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS rulings_once ON rulings (experiment, kind, CASE kind WHEN 'winner' THEN '' ELSE variant END);
CREATE TABLE IF NOT EXISTS quarantine (
  quarantine_id TEXT PRIMARY KEY, name TEXT NOT NULL, at_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS quarantine_by_time ON quarantine (at_ms, quarantine_id);
CREATE INDEX IF NOT EXISTS quarantine_by_name ON quarantine (name, at_ms, quarantine_id);
CREATE INDEX IF NOT EXISTS quarantine_by_expiry ON quarantine (expires_ms);
CREATE TABLE IF NOT EXISTS quarantine_identities (
  identity_hash TEXT NOT NULL, quarantine_id TEXT NOT NULL, PRIMARY KEY (identity_hash, quarantine_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS quarantine_identities_of ON quarantine_identities (quarantine_id);
CREATE TABLE IF NOT EXISTS event_problems (
  name TEXT NOT NULL, mode TEXT NOT NULL, code TEXT NOT NULL, path TEXT NOT NULL, count INTEGER NOT NULL,
  first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, PRIMARY KEY (name, mode, code, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS due (profile_id TEXT NOT NULL, subject TEXT NOT NULL, due_ms INTEGER NOT NULL, PRIMARY KEY (profile_id, subject)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due_by_time ON due (due_ms, profile_id, subject);
CREATE TABLE IF NOT EXISTS commit_facts (profile_id TEXT NOT NULL, version INTEGER NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (profile_id, version)) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS facts AS
  SELECT profile_id, version, fact.key AS idx, fact.value ->> 0 AS kind, fact.value ->> 1 AS name, fact.value ->> 2 AS at_ms, fact.value -> 3 AS detail
  FROM events, json_each(events.facts) AS fact WHERE events.facts IS NOT NULL
  UNION ALL SELECT profile_id, version, fact.key, fact.value ->> 0, fact.value ->> 1, fact.value ->> 2, fact.value -> 3
  FROM commit_facts, json_each(commit_facts.facts) AS fact;
CREATE TABLE IF NOT EXISTS outgoing (sequence INTEGER PRIMARY KEY, profile_id TEXT NOT NULL, version INTEGER NOT NULL, idx INTEGER NOT NULL, event_id TEXT);
CREATE TABLE IF NOT EXISTS members (
  kind TEXT NOT NULL, id TEXT NOT NULL, profile_id TEXT NOT NULL, since_ms INTEGER NOT NULL, PRIMARY KEY (kind, id, profile_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (kind TEXT NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS publications (
  sequence INTEGER PRIMARY KEY, journey_id TEXT NOT NULL, number INTEGER NOT NULL, version TEXT NOT NULL, action TEXT NOT NULL, at_ms INTEGER NOT NULL, said_by TEXT, why TEXT);
CREATE TABLE IF NOT EXISTS executions (
  name TEXT PRIMARY KEY, profile_id TEXT NOT NULL, journey_id TEXT NOT NULL, version TEXT NOT NULL, status TEXT NOT NULL, state TEXT,
  token TEXT, wake_ms INTEGER, started_ms INTEGER NOT NULL, transitions INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rank_counts (part INTEGER PRIMARY KEY, number INTEGER NOT NULL, batches INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fills (number INTEGER NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (number, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS schedules_looked_at (journey_id TEXT PRIMARY KEY, since_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, schedule TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rounds (
  journey_id TEXT NOT NULL, round_id TEXT NOT NULL, part TEXT NOT NULL, is_done INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (journey_id, round_id, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS candidates (
  journey_id TEXT NOT NULL, round_id TEXT NOT NULL, place TEXT NOT NULL, profile_id TEXT NOT NULL,
  PRIMARY KEY (journey_id, round_id, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (
  journey_id TEXT NOT NULL, starts_ms INTEGER NOT NULL, enrollment_id TEXT NOT NULL, PRIMARY KEY (journey_id, starts_ms, enrollment_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places_taken (
  journey_id TEXT NOT NULL, starts_ms INTEGER NOT NULL, taken INTEGER NOT NULL, PRIMARY KEY (journey_id, starts_ms)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS executions_by_token ON executions (token) WHERE token IS NOT NULL;
CREATE INDEX IF NOT EXISTS executions_by_wake ON executions (wake_ms, profile_id) WHERE wake_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS executions_running ON executions (name) WHERE status = 'running' AND wake_ms IS NULL;
`;
