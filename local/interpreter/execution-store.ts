import type { JsonObject } from '../../core/json.ts';
import type { Database } from '../store/database.ts';

/** One execution as it stands between two states. */
export interface Execution {
  readonly name: string;
  readonly profileId: string;
  readonly journeyId: string;
  readonly version: string;
  readonly input: JsonObject;
  readonly status: 'running' | 'succeeded' | 'failed';
  readonly state: string;
  readonly startedMs: number;
  readonly enteredMs: number;
  readonly transitions: number;
  readonly variables: { readonly [name: string]: unknown };
  /** Tries made by each retrier of the state, by its place. */
  readonly retries: { readonly [retrier: number]: number };
  /** Waited for; absent while between states. */
  readonly token?: string;
  /** When it goes on by itself. */
  readonly wakeMs?: number;
}

type Row = {
  name: string;
  profile_id: string;
  journey_id: string;
  version: string;
  status: Execution['status'];
  state: string;
  token: string | null;
  wake_ms: number | null;
  started_ms: number;
  transitions: number;
  body: string;
};
type Body = Pick<Execution, 'input' | 'enteredMs' | 'variables' | 'retries'>;

/** What an update writes; the row stays where it is. */
const replaced =
  'UPDATE SET status = excluded.status, state = excluded.state, token = excluded.token, wake_ms = excluded.wake_ms, transitions = excluded.transitions, body = excluded.body';

/** Executions in SQLite. */
export class ExecutionStore {
  private readonly db: Database;
  /** Told when an execution's wake-up was written. */
  onWake: (() => void) | undefined;

  constructor(db: Database) {
    this.db = db;
  }

  /** @returns false where the name was taken: the execution exists already */
  insert(execution: Execution): boolean {
    return this.db.write(() => this.put('NOTHING', execution));
  }
  update(execution: Execution): void {
    this.db.write(() => this.put(replaced, execution));
    if (execution.wakeMs !== undefined) this.onWake?.();
  }
  private put(clash: string, execution: Execution): boolean {
    const { input, enteredMs, variables, retries } = execution;
    const isOver = execution.status !== 'running';
    // Of a closed execution only the name matters: it must not be started again.
    const body = isOver ? '{}' : JSON.stringify({ input, enteredMs, variables, retries } satisfies Body);
    const { name, profileId, journeyId, version, status, state, token, wakeMs, startedMs, transitions } = execution;
    const done = this.db.run(
      `INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO ${clash}`,
      name,
      profileId,
      journeyId,
      version,
      status,
      state,
      isOver ? null : (token ?? null),
      isOver ? null : (wakeMs ?? null),
      startedMs,
      transitions,
      body,
    );
    return done.changes > 0;
  }

  get(name: string): Execution | undefined {
    return this.read(this.db.get<Row>('SELECT * FROM executions WHERE name = ?', name));
  }
  byToken(token: string): Execution | undefined {
    return this.read(this.db.get<Row>('SELECT * FROM executions WHERE token = ?', token));
  }
  /** @returns false where somebody else has used the token */
  takeToken(token: string): boolean {
    return this.db.write(
      () => this.db.run('UPDATE executions SET token = NULL, wake_ms = NULL WHERE token = ?', token).changes > 0,
    );
  }
  earliestWake(): { readonly name: string; readonly profileId: string; readonly wakeMs: number } | undefined {
    type Found = { name: string; profile_id: string; wake_ms: number };
    const row = this.db.get<Found>(
      'SELECT name, profile_id, wake_ms FROM executions WHERE wake_ms IS NOT NULL ORDER BY wake_ms, profile_id, rowid LIMIT 1',
    );
    return row && { name: row.name, profileId: row.profile_id, wakeMs: row.wake_ms };
  }
  /** Names of executions that stand between two states. */
  unfinished(): readonly string[] {
    return this.db
      .all<{ name: string }>(`SELECT name FROM executions WHERE status = 'running' AND wake_ms IS NULL`)
      .map((row) => row.name);
  }

  private read(row: Row | undefined): Execution | undefined {
    if (!row) return undefined;
    const body: Body =
      row.status === 'running'
        ? (JSON.parse(row.body) as Body)
        : { input: {}, enteredMs: row.started_ms, variables: {}, retries: {} };
    return {
      ...body,
      name: row.name,
      profileId: row.profile_id,
      journeyId: row.journey_id,
      version: row.version,
      status: row.status,
      state: row.state,
      startedMs: row.started_ms,
      transitions: row.transitions,
      ...(row.token !== null && { token: row.token }),
      ...(row.wake_ms !== null && { wakeMs: row.wake_ms }),
    };
  }
}
