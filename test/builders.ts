import { compileJourney, type JourneyVersion } from '../core/definitions.ts';
import type { Enrollment } from '../core/enrollment/enrollment.ts';
import { isExperimenting } from '../core/experiment/decide-experiment.ts';
import { callNames, type CallType, type Message } from '../core/event/event.ts';
import type { JsonObject } from '../core/json.ts';
import { touchDefinition } from '../core/journey/compile.ts';
import type { Audience, Documents, Journey, Segment, Steps, Workspace } from '../core/journey/document.ts';
import type { Delivery } from '../core/message/delivery.ts';
import type { Change, Fact, Ports } from '../core/ports.ts';
import type { Profile } from '../core/profile/profile.ts';
import { addDuration } from '../core/time/duration.ts';
import { controlJourneys, type ControlOrder } from '../functions/control-journeys/control-journeys.ts';
import { endEnrollments, type EndAnswer } from '../functions/end-enrollments/end-enrollments.ts';
import { acceptEvents } from '../functions/accept-events/accept-events.ts';
import { decideWinners } from '../functions/decide-winners/decide-winners.ts';
import { enterJourney } from '../functions/enter-journey/enter-journey.ts';
import { markFailed } from '../functions/mark-failed/mark-failed.ts';
import { migrateEnrollments, type MigratedBatch } from '../functions/migrate-enrollments/migrate-enrollments.ts';
import { registerHold } from '../functions/register-hold/register-hold.ts';
import { resumeEnrollment } from '../functions/resume-enrollment/resume-enrollment.ts';
import { runTouch } from '../functions/run-touch/run-touch.ts';
import { wakeDue } from '../functions/wake-due/wake-due.ts';
import { Bus, entryRules } from '../local/bus.ts';
import { HomeClock } from '../local/clock.ts';
import { Hourly } from '../local/hourly.ts';
import { HomeControls } from '../local/controls.ts';
import { ExecutionStore } from '../local/interpreter/execution-store.ts';
import { Interpreter } from '../local/interpreter/interpreter.ts';
import { Outbox } from '../local/outbox.ts';
import { ReadModel } from '../local/read-model.ts';
import { Relay } from '../local/relay.ts';
import { Filling } from '../local/filling.ts';
import { Schedules } from '../local/schedules.ts';
import { Scheduler } from '../local/scheduler.ts';
import { Database } from '../local/store/database.ts';
import { SqlitePlaces } from '../local/store/places.ts';
import { SparingCounts } from '../local/sparing-counts.ts';
import { SqliteExperiments } from '../local/store/experiments.ts';
import { SqlitePersonalData } from '../local/store/personal-data.ts';
import { readProfile, selectProfiles, SqliteProfileStore } from '../local/store/profile-store.ts';
import { readCoverage } from '../local/store/coverage.ts';
import { SqliteRanks } from '../local/store/ranks.ts';
import { SqliteFills } from '../local/store/fills.ts';
import { SqliteGroups } from '../local/store/groups.ts';
import { SqliteRounds } from '../local/store/rounds.ts';
import { UnderWay } from '../local/under-way.ts';
import { portsAround, type Around } from './around-ports.ts';
import { CountingIds, RecordedExecutions, TestAsking, TestChannels, TestContent, TestDefinitions } from './fakes.ts';

/** A Monday morning, ten o'clock in UTC. */
export const startMs = Date.parse('2026-03-02T10:00:00Z');
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export const aWorkspace = (over: Partial<Workspace> = {}): Workspace => ({
  name: 'Harbour',
  timeZone: 'UTC',
  locale: 'en',
  currency: 'EUR',
  sender: { email: { from: 'Harbour <hello@harbour.example>', postalAddress: '4 Pier Street, Riga' } },
  conversion: [{ event: 'Order Completed' }],
  consent: 'opt-out',
  ...over,
});

/** Entered by "Cart Filled", again and again; `steps` is what matters of it. */
export const aJourney = (over: Partial<Journey> & { readonly steps: Steps }): Journey => ({
  id: 'cart',
  name: 'Cart',
  stage: 'comparison',
  kind: 'lifecycle',
  entry: { on: { event: 'Cart Filled' }, again: 'always' },
  ...over,
});

export const aSegment = (id: string, when: Segment['when']): Segment => ({ id, name: id, when });
export const anAudience = (id: string, use: Audience['use'], when: Audience['when']): Audience => ({
  id,
  name: id,
  use,
  when,
});

export const documentsOf = (over: Partial<Documents> = {}): Documents => ({
  workspace: aWorkspace(),
  segments: [],
  audiences: [],
  journeys: [],
  coupons: [],
  tables: [],
  events: [],
  calendars: [],
  traits: [],
  templates: [],
  ...over,
});

let messages = 0;
/** A message of the intake; by default of user u1 under the server key, now. */
export function aMessage(over: Partial<Message> & { readonly type?: CallType } = {}): Message {
  const { type = 'track', occurredMs = startMs, userId, anonymousId, profileId, ...rest } = over;
  const isNobody = userId === undefined && anonymousId === undefined && profileId === undefined;
  return {
    type,
    messageId: `m${++messages}`,
    name: type === 'track' ? 'Product Viewed' : callNames[type],
    ...(isNobody && { userId: 'u1' }),
    ...(userId !== undefined && { userId }),
    ...(anonymousId !== undefined && { anonymousId }),
    ...(profileId !== undefined && { profileId }),
    properties: {},
    traits: {},
    context: {},
    occurredMs,
    receivedMs: occurredMs,
    trust: 'server',
    ...rest,
  };
}
export const aTrack = (name: string, properties: JsonObject = {}, over: Partial<Message> = {}): Message =>
  aMessage({ name, properties, ...over });
export const anIdentify = (traits: JsonObject = {}, over: Partial<Message> = {}): Message =>
  aMessage({ type: 'identify', traits, ...over });

export interface TestHomeOptions extends Partial<Documents> {
  readonly startMs?: number;
  /** Leaves executions to the test. */
  readonly isRecorded?: boolean;
  /** Stands around every call of a port. */
  readonly around?: Around;
  /** Executions advanced at once. */
  readonly concurrency?: number;
}

/** The embedded home in memory, with channels and content that tests can tell what to do. */
export class TestHome {
  readonly db = new Database(':memory:');
  readonly store = new SqliteProfileStore(this.db);
  readonly experiments = new SqliteExperiments(this.db);
  readonly clock: HomeClock;
  readonly rounds = new SqliteRounds(this.db);
  readonly places = new SqlitePlaces(this.db);
  /** Rounds of schedules that came and went while the home was off. */
  readonly missed: string[] = [];
  readonly definitions: TestDefinitions;
  readonly content = new TestContent();
  readonly channels = new TestChannels();
  readonly asking = new TestAsking();
  readonly recorded = new RecordedExecutions();
  readonly ports: Ports;
  readonly controls: HomeControls;
  readonly problems: unknown[] = [];
  /** Everything that was committed, in order. */
  readonly log: Change[] = [];
  /** Happens between the commit of a hold and its registration. */
  beforeHold: () => Promise<void> = async () => undefined;
  private underWay = 0;
  private readonly interpreter: Interpreter;
  private readonly bus: Bus;
  private readonly relay: Relay;
  private readonly scheduler: Scheduler;
  readonly filling: Filling;
  readonly groups: SqliteGroups;
  readonly personal: SqlitePersonalData;
  readonly schedules: Schedules;
  private readonly touches = new UnderWay();

  constructor(options: TestHomeOptions = {}) {
    const { startMs: fromMs = startMs, isRecorded = false, around, concurrency = 1, ...documents } = options;
    this.clock = new HomeClock(this.db, { kind: 'manual', startMs: fromMs });
    this.definitions = new TestDefinitions(documentsOf(documents));
    this.definitions.nowMs = () => this.clock.nowMs();
    this.bus = new Bus(entryRules(this.definitions.now));
    const { clock, store, touches } = this;
    this.controls = new HomeControls(this.db, () => touches.over());
    this.interpreter = new Interpreter({
      store: new ExecutionStore(this.db),
      clock,
      machine: (journeyId, version) => this.definitions.machine(journeyId, version),
      functions: {
        runTouch: touches.watch((task: never) => runTouch(this.ports)(task)),
        registerHold: async (task: never) => {
          await this.beforeHold();
          return registerHold(this.ports)(task);
        },
        markFailed: (task: never) => markFailed(this.ports)(task),
      },
      concurrency,
      onBroken: (_, error) => this.problems.push(error),
    });
    const commit = store.commit.bind(store);
    store.commit = async (change) => {
      const answer = await commit(change);
      if (answer === 'committed') this.log.push(change);
      return answer;
    };
    const ports: Ports = {
      profiles: store,
      definitions: this.definitions,
      content: this.content,
      channels: this.channels,
      asking: this.asking,
      executions: isRecorded ? this.recorded : this.interpreter,
      places: this.places,
      clock,
      ids: new CountingIds(),
    };
    this.ports = around ? portsAround(ports, around) : ports;
    this.relay = new Relay({
      store,
      bus: this.bus,
      clock,
      enter: enterJourney(this.ports),
      resume: resumeEnrollment(this.ports),
      accept: acceptEvents(this.ports),
      onError: (_, error) => this.problems.push(error),
    });
    const onError = (_: string, error: unknown): unknown => this.problems.push(error);
    const { interpreter, relay } = this;
    this.schedules = new Schedules({
      ...this.ports,
      rounds: this.rounds,
      enter: enterJourney(this.ports),
      missed: ({ roundId }) => this.missed.push(roundId),
    });
    const experiments = new Hourly({
      clock,
      isNeeded: () => isExperimenting(this.definitions.now),
      look: decideWinners({
        ...this.ports,
        experiments: new SparingCounts(this.experiments, () => this.store.exposureChanges),
      }),
    });
    const { definitions, db } = this;
    const stores = { db, fills: new SqliteFills(db), ranks: new SqliteRanks(db) };
    this.filling = new Filling({
      ...{ ...this.ports, ...stores, definitions, onError },
      onRanked: () => definitions.rank(readCoverage(db)!),
      onIdle: () => undefined,
    });
    this.filling.start(this.definitions.now.coverage);
    this.personal = new SqlitePersonalData(this.db, this.store, new Outbox(this.db, clock), this.ports.ids);
    this.groups = new SqliteGroups(this.db);
    this.groups.onDue = () => this.scheduler.notice();
    this.scheduler = new Scheduler({
      filling: this.filling,
      clock,
      store,
      interpreter,
      relay,
      wakeDue: wakeDue({ ...this.ports, personal: async () => this.personal, groups: this.groups }),
      schedules: this.schedules,
      experiments,
      onError,
    });
  }

  /** Publishes other documents; who is inside stays with the version under which they came. */
  publish(documents: Partial<Documents>): void {
    this.bus.replace(entryRules(this.definitions.publish(documentsOf(documents))));
    this.schedules.look();
    this.filling.start(this.definitions.now.coverage);
  }
  /** Moves those inside earlier versions of a journey to the current one, and does all that this causes. */
  async migrate(journeyId = 'cart'): Promise<MigratedBatch> {
    const batch = await this.moveAll(journeyId);
    await this.drain();
    return batch;
  }
  /** Moves them, and does not wait for what that causes. */
  moveAll(journeyId = 'cart'): Promise<MigratedBatch> {
    const people = new ReadModel(this.db, new Outbox(this.db, this.clock));
    return migrateEnrollments(this.ports, people)({ journeyId });
  }

  /** Accepts messages in one request, and does not wait for what they cause. */
  take(...given: readonly Message[]): Promise<readonly { readonly status: string }[]> {
    return acceptEvents(this.ports)(given);
  }
  /** Accepts messages one by one at the present time, and all that they cause. */
  async accept(...given: readonly Message[]): Promise<void> {
    const nowMs = this.clock.nowMs();
    for (const message of given) {
      const isNow = message.occurredMs === startMs;
      await this.take({ ...message, receivedMs: nowMs, ...(isNow && { occurredMs: nowMs }) });
      await this.drain();
    }
  }
  /** Pauses, resumes or stops, and answers when that is heeded. */
  control(verb: ControlOrder['verb'], subject = 'journey/cart'): Promise<unknown> {
    return controlJourneys({ controls: this.controls, clock: this.clock })({ verb, subject });
  }
  /** Ends everybody inside a journey that was stopped, a few at a time. */
  async endAll(journeyId = 'cart', partOfList = 3, isTimeOver = () => false): Promise<EndAnswer> {
    const read = new ReadModel(this.db, new Outbox(this.db, this.clock));
    return endEnrollments({
      ...this.ports,
      inside: (id, cursor) =>
        read.enrollmentsIn(id, 'active', { limit: partOfList, ...(cursor !== undefined && { cursor }) }),
    })({ journeyId, isTimeOver });
  }
  /** Carries out all that has been committed. */
  drain(): Promise<void> {
    return this.relaying(() => this.scheduler.settle());
  }
  /** Facts are carried out only while something is awaited that should: between them, tests act. */
  private async relaying(work: () => Promise<void>): Promise<void> {
    this.underWay++;
    this.store.onFacts = () => this.relay.notice();
    this.relay.notice();
    await work();
    if (--this.underWay === 0) this.store.onFacts = undefined;
  }
  /** Moves the clock by a duration (in UTC), doing all that is due on the way. */
  wind(duration: string): Promise<void> {
    return this.windTo(addDuration(this.clock.nowMs(), duration, 'UTC', 1));
  }
  windTo(ms: number): Promise<void> {
    return this.relaying(() => this.scheduler.wind(ms));
  }

  async profile(key = 'userId:u1'): Promise<Profile> {
    const owner = (await this.store.owners([key])).get(key);
    const loaded = owner === undefined ? undefined : await this.store.load(owner);
    if (!loaded) throw new Error(`Nobody is ${key}.`);
    return loaded.profile;
  }
  /** Everybody, also those that were merged away. */
  profiles(): readonly Profile[] {
    this.db.flush();
    const rows = this.db.all<Parameters<typeof readProfile>[0]>(`${selectProfiles} ORDER BY profile_id`);
    return rows.map((row) => readProfile(row).profile);
  }
  /** In order of entry. */
  enrollments(journeyId?: string): readonly Enrollment[] {
    const rows = this.db.all<{ body: string }>('SELECT body FROM enrollments ORDER BY entered_ms, enrollment_id');
    const all = rows.map((row) => JSON.parse(row.body) as Enrollment);
    return journeyId === undefined ? all : all.filter((one) => one.journeyId === journeyId);
  }
  deliveries(): readonly Delivery[] {
    const rows = this.db.all<{ body: string }>('SELECT body FROM deliveries ORDER BY at_ms, delivery_id');
    return rows.map((row) => JSON.parse(row.body) as Delivery);
  }
  /** Executions that have not ended. */
  running(): number {
    return this.db.get<{ n: number }>(`SELECT count(*) AS n FROM executions WHERE status = 'running'`)!.n;
  }
  /** All facts of a kind, in order of commit. */
  facts(kind: Fact['kind']): readonly { readonly name: string; readonly detail: JsonObject }[] {
    const rows = this.db.all<{ name: string; detail: string }>(
      'SELECT name, detail FROM facts WHERE kind = ? ORDER BY at_ms, profile_id, version, idx',
      kind,
    );
    return rows.map(({ name, detail }) => ({ name, detail: JSON.parse(detail) as JsonObject }));
  }
  /** Templates handed over, in order. */
  get sent(): readonly string[] {
    return this.channels.handed.map(({ message }) =>
      message.channel === 'email'
        ? message.subject
        : message.channel === 'webhook'
          ? 'webhook'
          : message.channel === 'sms'
            ? message.text
            : message.title,
    );
  }
  /** What the state machine of a journey hands to one of its touches: `Begin`, or `After <hold>`. */
  touchText(state: string, journeyId = 'cart'): string {
    const { plan } = this.definitions.now.journeys.get(journeyId)!;
    return JSON.stringify(touchDefinition(plan, state, state === 'Begin' ? undefined : state.slice('After '.length)));
  }
  close(): void {
    this.db.close();
  }
}

/** Compiles one journey of steps, for what needs no home. */
export const aVersion = (over: Partial<Journey> & { readonly steps: Steps }): JourneyVersion =>
  compileJourney(aJourney(over));
