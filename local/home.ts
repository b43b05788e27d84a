import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Message } from '../core/event/event.ts';
import type { Documents } from '../core/journey/document.ts';
import type { DecidedPublication } from '../core/journey/versions/publication.ts';
import { isExperimenting } from '../core/experiment/decide-experiment.ts';
import type { Ports } from '../core/ports.ts';
import type { Receipt } from '../core/privacy/erasure.ts';
import { acceptEvents } from '../functions/accept-events/accept-events.ts';
import { decideWinners } from '../functions/decide-winners/decide-winners.ts';
import { erasePerson, type EraseTask } from '../functions/erase-person/erase-person.ts';
import { finishErasure } from '../core/privacy/finish-erasure.ts';
import { enterJourney } from '../functions/enter-journey/enter-journey.ts';
import { judgeEvents, type JudgedResult } from '../functions/judge-events/judge-events.ts';
import { markFailed } from '../functions/mark-failed/mark-failed.ts';
import { noteGroups } from '../functions/note-groups/note-groups.ts';
import { askingOf } from '../functions/parts/asking/asking.ts';
import { createCalls } from '../functions/parts/channels/call.ts';
import { createSmtp, type Smtp } from '../functions/parts/channels/smtp.ts';
import type { Reach } from '../functions/parts/channels/webhook-request.ts';
import { contentOf, type PublishedContent } from '../functions/parts/content/content.ts';
import type { Renderer } from '../functions/parts/content/renderer.ts';
import { SignedLinks } from '../functions/parts/people/links.ts';
import { registerHold } from '../functions/register-hold/register-hold.ts';
import { resumeEnrollment } from '../functions/resume-enrollment/resume-enrollment.ts';
import { runTouch } from '../functions/run-touch/run-touch.ts';
import { wakeDue } from '../functions/wake-due/wake-due.ts';
import { Bus, entryRules } from './bus.ts';
import { BreakerTripped } from './breaker-tripped.ts';
import { HomeChannels } from './channels.ts';
import { HomeClock, type ClockKind } from './clock.ts';
import { HomeControls } from './controls.ts';
import { HomeCoupons } from './coupons.ts';
import { Filling } from './filling.ts';
import { HomeDefinitions } from './definitions.ts';
import { HomeContent } from './home-content.ts';
import { HomePublications, type Prepared } from './home-publications.ts';
import { HomeHours } from './hours.ts';
import { Hourly } from './hourly.ts';
import { ExecutionStore } from './interpreter/execution-store.ts';
import { Interpreter } from './interpreter/interpreter.ts';
import { FolderLock } from './lock.ts';
import { Outbox } from './outbox.ts';
import { ReadModel } from './read-model.ts';
import { Relay } from './relay.ts';
import { Schedules } from './schedules.ts';
import { Scheduler } from './scheduler.ts';
import { Secrets } from './secrets.ts';
import { Database } from './store/database.ts';
import type { WriteOptions } from './store/journal.ts';
import { SqlitePlaces } from './store/places.ts';
import { SparingCounts } from './sparing-counts.ts';
import { SqliteExperiments } from './store/experiments.ts';
import { SqlitePersonalData } from './store/personal-data.ts';
import { SqliteProfileStore } from './store/profile-store.ts';
import { SqliteFills } from './store/fills.ts';
import { SqliteGroups } from './store/groups.ts';
import { SqliteQuarantine } from './store/quarantine.ts';
import { SqliteRanks } from './store/ranks.ts';
import { SqliteRounds } from './store/rounds.ts';
import { UnderWay } from './under-way.ts';

export interface HomeOptions {
  /** Data folder; `:memory:` for a home that leaves nothing behind. */
  readonly data: string;
  readonly workflows: string;
  /** Absent: the kind that the data folder was used with before, else real. */
  readonly clock?: ClockKind;
  /** For looking at a home without letting anything happen in it. */
  readonly isFrozen?: boolean;
  /** Where an empty home's manual or fast clock begins; epoch milliseconds. */
  readonly startMs?: number;
  readonly smtpUrl?: string;
  /** What calls to other systems are signed with. @default one that is made of this home's own secret */
  readonly webhookSecret?: string;
  /** How the systems that are called are reached; tests reach their own. */
  readonly reach?: Reach;
  /** Base of the links in messages; absent: wherever the server listens. */
  readonly baseUrl?: string;
  /** Makes ids and chance come out the same at every run. */
  readonly seed?: string;
  /** For the crash tests: how, and how often, the disk is written. */
  readonly writing?: WriteOptions;
  readonly onProblem?: (what: string, error: unknown) => void;
  /** While people are filled with what is newly published: how many are, of how many. */
  readonly onFilling?: (people: number, everybody: number) => void;
  /** Before a large file is written anew, as somebody was erased from it; nothing else is done meanwhile. */
  readonly onRewriting?: (bytes: number) => void;
  /** The data folder could not be written: nothing more is accepted, and the process should end. */
  readonly onFatal?: (error: unknown) => void;
}

/** How long somebody who asks for an erasure waits at most until what it ends has ended. */
const longestWaitMs = 10_000;

/** Executions and hand-overs advanced at once while the clock runs by itself. */
const liveConcurrency = 64;

/** The same system on one machine: the ports on SQLite, the interpreter, a clock to wind. */
export class Home {
  readonly db: Database;
  readonly clock: HomeClock;
  readonly secrets: Secrets;
  readonly definitions: HomeDefinitions;
  readonly publications: HomePublications;
  /** What was published when it was opened; absent in a home that is only looked at. */
  readonly opened: Pick<DecidedPublication, 'plan' | 'problems'> | undefined;
  readonly store: SqliteProfileStore;
  readonly controls: HomeControls;
  readonly outbox: Outbox;
  readonly coupons: HomeCoupons;
  readonly links: SignedLinks;
  readonly read: ReadModel;
  readonly rounds: SqliteRounds;
  readonly experiments: SqliteExperiments;
  readonly ports: Ports;
  readonly interpreter: Interpreter;
  readonly relay: Relay;
  readonly scheduler: Scheduler;
  readonly fills: SqliteFills;
  readonly ranks: SqliteRanks;
  readonly personal: SqlitePersonalData;
  readonly filling: Filling;
  readonly quarantine: SqliteQuarantine;
  readonly groups: SqliteGroups;
  /** Accepts events of our own making. */
  readonly accept: (messages: readonly Message[]) => ReturnType<ReturnType<typeof acceptEvents>>;
  /** The same for what others send: held against the catalogue. */
  readonly take: (messages: readonly Message[]) => Promise<readonly JudgedResult[]>;
  private readonly bus: Bus;
  private readonly isBaseUrlOpen: boolean;
  private readonly smtp: Smtp | undefined;
  private readonly lock: FolderLock | undefined;

  /** Opens a home: checks and publishes the workflows, and goes on where a stop or a crash left off. @throws DocumentsRefused */
  static async open(options: HomeOptions): Promise<Home> {
    const isKept = options.data !== ':memory:';
    if (isKept) {
      mkdirSync(options.data, { recursive: true, mode: 0o700 });
      chmodSync(options.data, 0o700);
    }
    const lock = isKept ? FolderLock.take(options.data) : undefined;
    try {
      return await Home.openLocked(options, lock);
    } catch (error) {
      lock?.release();
      throw error;
    }
  }

  private static async openLocked(options: HomeOptions, lock: FolderLock | undefined): Promise<Home> {
    const db = new Database(options.data, options.writing);
    if (db.rewriting.isDue && !options.isFrozen) {
      options.onRewriting?.(db.rewriting.bytes);
      db.rewriting.now();
    }
    const clock = new HomeClock(db, { kind: options.clock, startMs: options.startMs, isFrozen: options.isFrozen });
    const publications = new HomePublications(db, join(lock ? options.data : '.cache', 'templates'));
    const opened = options.isFrozen ? undefined : publications.open(options.workflows, clock.nowMs());
    const documents = opened?.documents ?? publications.look(options.workflows);
    const { prepared, problems } = await publications.prepare(documents);
    for (const problem of problems) {
      if (problem.severity === 'error') options.onProblem?.(`render ${problem.file}`, new Error(problem.message));
    }
    const home = new Home(options, { lock, db, clock, publications, opened, ...prepared });
    if (options.isFrozen) return home;
    home.filling.start(home.definitions.now.coverage);
    // A clock that is wound must not pass anybody by; on a real one people are served meanwhile.
    if (clock.kind !== 'real') await home.filling.idle();
    return home;
  }

  private constructor(
    options: HomeOptions,
    made: {
      lock: FolderLock | undefined;
      db: Database;
      clock: HomeClock;
      publications: HomePublications;
      opened: DecidedPublication | undefined;
      documents: Documents;
      renderer: Renderer;
    },
  ) {
    const { db, clock } = made;
    const definitions = new HomeDefinitions(db, made.documents, clock);
    const onProblem = options.onProblem ?? (() => undefined);
    db.rewriting.onFailed = (error) => onProblem('write sojourn.db anew after an erasure', error);
    db.onFailed = (error) => {
      void this.scheduler.stop();
      options.onFatal?.(error);
    };
    this.lock = made.lock;
    this.db = db;
    this.clock = clock;
    this.definitions = definitions;
    this.publications = made.publications;
    this.opened = made.opened && { plan: made.opened.plan, problems: made.opened.problems };
    this.secrets = new Secrets(db, options.seed);
    this.store = new SqliteProfileStore(db);
    this.rounds = new SqliteRounds(db);
    this.experiments = new SqliteExperiments(db);
    const touches = new UnderWay();
    this.controls = new HomeControls(db, () => touches.over());
    this.outbox = new Outbox(db, clock);
    this.coupons = new HomeCoupons({
      db,
      keyring: this.secrets.keyring,
      clock,
      onLow: (pool, left) => onProblem(`give coupons of ${pool}`, new Error(`${left} codes are left.`)),
    });
    this.coupons.stock(definitions.documents.coupons);
    this.isBaseUrlOpen = options.baseUrl === undefined;
    this.links = new SignedLinks(this.secrets.keyring, options.baseUrl ?? 'http://127.0.0.1:4000');
    this.read = new ReadModel(db, this.outbox);
    this.smtp = options.smtpUrl === undefined ? undefined : createSmtp(options.smtpUrl);
    const executions = new ExecutionStore(db);
    this.interpreter = new Interpreter({
      store: executions,
      clock,
      machine: (journeyId, version) => definitions.machine(journeyId, version),
      functions: {
        runTouch: touches.watch((task: never) => runTouch(this.ports)(task)),
        registerHold: (task: never) => registerHold(this.ports)(task),
        markFailed: (task: never) => markFailed(this.ports)(task),
      },
      concurrency: clock.kind === 'real' ? liveConcurrency : 1,
      onBroken: (name, error) => onProblem(`run execution ${name}`, error),
    });
    const read = ({ renderer, documents }: Prepared): PublishedContent =>
      contentOf(renderer, documents, this.links, clock);
    const content = new HomeContent(read(made));
    this.publications.onPublished = (prepared) => {
      definitions.use(prepared.documents);
      content.use(read(prepared));
      this.coupons.stock(prepared.documents.coupons);
      this.bus.replace(entryRules(definitions.now));
      this.scheduler.look();
      this.filling.start(definitions.now.coverage);
    };
    const { webhookSecret = this.secrets.keyring.sign('webhook', '') } = options;
    const call = createCalls({ secrets: [webhookSecret], nowMs: () => clock.nowMs(), ...options.reach });
    this.ports = {
      profiles: this.store,
      definitions,
      content,
      asking: askingOf({ definitions, content, coupons: this.coupons, call, hours: new HomeHours(db) }),
      channels: new HomeChannels(this.outbox, this.smtp, () => this.store.durable()),
      executions: this.interpreter,
      places: new SqlitePlaces(db),
      clock,
      ids: this.secrets,
    };
    this.groups = new SqliteGroups(db);
    this.accept = noteGroups({ ...this.ports, groups: this.groups, accept: acceptEvents(this.ports) });
    this.quarantine = new SqliteQuarantine(db, clock);
    this.take = judgeEvents({
      ...this.ports,
      quarantine: this.quarantine,
      accept: this.accept,
    });
    this.fills = new SqliteFills(db);
    this.ranks = new SqliteRanks(db);
    this.personal = new SqlitePersonalData(db, this.store, this.outbox, this.secrets);
    const { onFilling } = options;
    this.filling = new Filling({
      ...{ ...this.ports, definitions, db, fills: this.fills, ranks: this.ranks, onError: onProblem },
      onRanked: () => void definitions.use(definitions.documents),
      onIdle: () => this.scheduler.notice(),
      ...(onFilling && { onProgress: onFilling }),
    });
    this.bus = new Bus(entryRules(definitions.now));
    this.relay = new Relay({
      store: this.store,
      bus: this.bus,
      clock,
      enter: enterJourney(this.ports),
      resume: resumeEnrollment(this.ports),
      accept: this.accept,
      onError: (fact, error) => onProblem(`carry out ${fact.kind} "${fact.name}" of ${fact.profileId}`, error),
    });
    this.scheduler = new Scheduler({
      clock,
      store: this.store,
      interpreter: this.interpreter,
      relay: this.relay,
      wakeDue: wakeDue({ ...this.ports, personal: async () => this.personal, groups: this.groups }),
      schedules: new Schedules({
        ...this.ports,
        rounds: this.rounds,
        enter: enterJourney(this.ports),
        missed: ({ journeyId, roundId }) =>
          onProblem(`enter people into ${journeyId}`, new Error(`Its round of ${roundId} was missed.`)),
      }),
      filling: this.filling,
      experiments: new Hourly({
        clock,
        isNeeded: () => isExperimenting(definitions.now),
        look: decideWinners({
          ...this.ports,
          experiments: new SparingCounts(this.experiments, () => this.store.exposureChanges),
        }),
      }),
      onError: onProblem,
    });
    // Of a home that is only looked at, what was left to do stays for the next real start.
    if (options.isFrozen) return;
    this.store.onStop = ({ subject, why }) => onProblem(`go on with ${subject}`, new BreakerTripped(why));
    this.store.onFacts = () => this.relay.notice();
    this.store.onDue = () => this.scheduler.notice();
    this.groups.onDue = () => this.scheduler.notice();
    executions.onWake = () => this.scheduler.notice();
    this.interpreter.recover();
    this.relay.notice();
    this.scheduler.notice();
  }

  /** Erases somebody: what that causes happens first, and then all that is kept of them goes. */
  async erase(task: EraseTask): Promise<Receipt | 'unknown-profile'> {
    const begun = await erasePerson({ ...this.ports, personal: this.personal })(task);
    if (begun === 'unknown-profile' || begun.status === 'done') return begun;
    await this.store.durable();
    // Where more and more goes on, their due row sees to the rest.
    const idle = this.relay.idle().then(() => this.interpreter.idle());
    await Promise.race([idle, wait(longestWaitMs, undefined, { ref: false })]);
    const receipt = await finishErasure({ ...this.ports, personal: this.personal })(begun.profileId);
    return receipt ?? begun;
  }

  /** Tells other commands of this user where this home answers. */
  announce(url: string, token: string): void {
    if (this.isBaseUrlOpen) this.links.baseUrl = url;
    this.lock?.publish(url, token);
  }

  /** What is under way is finished, everything else stays in its row. */
  async close(): Promise<void> {
    await this.filling.stop();
    await this.scheduler.stop();
    await this.relay.stop();
    await this.interpreter.stop();
    this.smtp?.close();
    this.clock.save();
    this.db.close();
    this.lock?.release();
  }
}
