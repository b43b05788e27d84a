import fc from 'fast-check';
import { readPublication } from '../../../cli/publication.ts';
import type { Enrollment } from '../../../core/enrollment/enrollment.ts';
import { checkDocuments } from '../../../core/journey/check.ts';
import type { Journey } from '../../../core/journey/document.ts';
import type { JsonObject } from '../../../core/json.ts';
import { DynamoDefinitions } from '../../../functions/aws/definition-store.ts';
import { readEnrollment } from '../../../functions/aws/table/rows.ts';
import { readWorkflows } from '../../../functions/parts/read-workflows.ts';
import { anEdit, edited, type Edit } from '../../random-edits.ts';
import { aJourney } from '../../builders.ts';
import type { Deployment } from './deployment.ts';
import { DyingPublisher, type Death } from './dying-publisher.ts';
import { FunctionFailed } from './function-process.ts';
import { tableName } from './make-resources.ts';
import { entryOf, writeDocuments } from './random-documents.ts';
import type { StreamRecord } from './table-stream.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const journeyId = 'j1';
/** By which the journey may be begun, one at a time. */
const beginnings = [entryOf(journeyId), 'Begun otherwise'] as const;

interface Publish {
  readonly kind: 'publish';
  readonly edits: readonly Edit[];
  readonly inside: 'pin' | 'migrate' | 'drain';
  readonly isBegunOtherwise: boolean;
  /** Whether there is another journey for the first time. */
  readonly isBesideNew?: boolean;
  readonly death?: Death;
}
export type Act =
  | Publish
  | { readonly kind: 'roll back'; readonly death?: Death }
  /** Of what lies in one of two folders. */
  | { readonly kind: 'deploy'; readonly which: number }
  | { readonly kind: 'migrate' }
  | { readonly kind: 'pause' | 'resume' };
interface Doing {
  readonly minutes: number;
  readonly act: Act;
}
interface Person {
  readonly minutes: number;
  readonly events: readonly { readonly minutes: number; readonly name: string }[];
}

const death = fc.option(
  // A publication of these documents is some fifteen writes.
  fc.record({ at: fc.nat(16), isHeard: fc.boolean(), minutes: fc.constantFrom(0, 1, 40, 600) }),
  { nil: undefined },
);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      edits: fc.array(anEdit, { minLength: 1, maxLength: 3 }),
      inside: fc.constantFrom('pin' as const, 'pin' as const, 'migrate' as const, 'migrate' as const, 'drain' as const),
      isBegunOtherwise: fc.boolean(),
      death,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('roll back' as const), death }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deploy' as const), which: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('migrate', 'migrate', 'pause', 'resume', 'resume') }) },
) as fc.Arbitrary<Act>;
const event = fc.record({
  minutes: fc.integer({ min: 0, max: 8 * 1440 }),
  name: fc.constantFrom('Page Viewed', 'Call Completed', 'Item Saved', 'Gone'),
});
const person = fc.record({
  minutes: fc.integer({ min: 1, max: 5 * 1440 }),
  events: fc.array(event, { maxLength: 5 }),
});
/** What happens in some days: to the documents, and to people. */
export const aChangingLife = fc.record({
  doings: fc.array(fc.record({ minutes: fc.integer({ min: 1, max: 6 * 1440 }), act }), { minLength: 6, maxLength: 12 }),
  people: fc.array(person, { minLength: 5, maxLength: 8 }),
});
export type ChangingLife = typeof aChangingLife extends fc.Arbitrary<infer Life> ? Life : never;

/** Somebody did what may begin the journey. */
export interface Begun {
  readonly userId: string;
  /** Whether what was current then was begun by it, and not paused. */
  readonly isMeant: boolean;
  /** The version that was current then. */
  readonly version: string | undefined;
}

/** The journey of this id, begun by one of two events. */
export const begunBy = (journey: Journey, isOtherwise: boolean): Journey => ({
  ...journey,
  id: journeyId,
  entry: { on: { event: beginnings[isOtherwise ? 1 : 0] }, again: 'always' },
});

/** People walk a journey of a deployment, while it is published, rolled back, deployed, migrated and paused around them. */
export class ChangingLives {
  readonly deployed: Deployment;
  /** Each document that publishing was tried with. */
  readonly journeys: Journey[];
  /** Of enrollments, as they were committed. */
  readonly rows: Enrollment[] = [];
  readonly begun: Begun[] = [];
  /** What the publisher had written last when it died, of each time. */
  readonly deaths: readonly string[];
  private readonly publisher: DyingPublisher;
  private readonly outs: readonly string[];
  private readonly folder: string;
  private readonly startMs: number;
  private isPaused = false;
  private changedMs: number;
  private count = 0;

  /** @param outs syntheses of the journeys, of which the first is deployed */
  constructor(deployed: Deployment, folder: string, journeys: readonly Journey[], outs: readonly string[]) {
    this.deployed = deployed;
    this.publisher = new DyingPublisher(deployed);
    this.deaths = this.publisher.last;
    [this.folder, this.outs, this.journeys] = [folder, outs, [...journeys]];
    this.startMs = this.changedMs = deployed.nowMs;
    deployed.stream.heard = (records) => this.rows.push(...records.flatMap(enrollmentIn));
  }

  async live({ doings, people }: ChangingLife): Promise<void> {
    const moments = [
      ...doings.map(({ minutes, act: one }: Doing) => ({ minutes, happen: () => this.do(one) })),
      ...people.flatMap(({ minutes, events }: Person, index) => [
        { minutes, happen: () => this.twinsBegin(`u${index}`, index) },
        ...events.map((one, place) => ({
          minutes: minutes + one.minutes,
          happen: () => this.track(`u${index}`, `${one.name} ${place}`, one.name),
        })),
      ]),
    ];
    for (const { minutes, happen } of moments.toSorted((a, b) => a.minutes - b.minutes)) {
      await this.deployed.windTo(Math.max(this.deployed.nowMs, this.startMs + minutes * minuteMs));
      await happen();
      await this.deployed.settle();
    }
    await this.control('resume');
    await this.deployed.windTo(this.startMs + 60 * dayMs);
  }

  private async track(userId: string, messageId: string, name: string): Promise<void> {
    const body = { messageId: `${userId} ${messageId}`, userId, event: name, properties: { total: 10 } };
    const { status } = await this.deployed.post('/v1/track', body, 'server');
    if (status !== 200) throw new Error(`${name} was answered ${status}.`);
  }
  /** Functions have heard of what is current by then. */
  private async begin(userId: string, name: string): Promise<void> {
    await this.deployed.windTo(Math.max(this.deployed.nowMs, this.changedMs + 10_000));
    const traits = { email: `${userId}@example.com` };
    await this.deployed.post('/v1/identify', { messageId: `${userId} is`, userId, traits }, 'server');
    const current = await this.current();
    const on = current?.document.entry.on;
    const isMeant = on !== undefined && 'event' in on && on.event === name && !this.isPaused;
    this.begun.push({ userId, isMeant, version: current?.version });
    await this.track(userId, 'begins', name);
    await this.deployed.settle();
  }
  /** Somebody does what may begin the journey, and a twin of theirs what may begin it otherwise. */
  private async twinsBegin(userId: string, which: number): Promise<void> {
    await this.begin(userId, beginnings[which % 2]!);
    await this.begin(`${userId}-twin`, beginnings[(which + 1) % 2]!);
  }
  private async current() {
    const definitions = new DynamoDefinitions(this.deployed.table, tableName, { nowMs: () => 0 });
    return (await definitions.current()).journeys.get(journeyId);
  }

  private async do(one: Act): Promise<void> {
    switch (one.kind) {
      case 'publish':
        await this.publish(one);
        break;
      case 'roll back':
        // There may be none before it.
        await this.dying(one.death, `/api/journeys/${journeyId}/rollback`, {}, [200, 404]);
        break;
      case 'deploy':
        await this.deploy(this.outs[one.which]!);
        break;
      case 'migrate':
        await this.migrate();
        break;
      case 'pause':
      case 'resume':
        await this.control(one.kind);
        break;
      default:
        one satisfies never;
    }
    this.changedMs = this.deployed.nowMs;
  }
  private async control(verb: 'pause' | 'resume'): Promise<void> {
    // Who is inside is known also where nobody comes in any more.
    const { status } = await this.deployed.control('POST', `/api/journeys/${journeyId}/${verb}`, {});
    if (status === 200) this.isPaused = verb === 'pause';
    else if (status !== 404) throw new Error(`${verb} was answered ${status}.`);
  }
  private async migrate(): Promise<void> {
    for (let cursor: unknown = undefined, isOver = false; !isOver; isOver = cursor === undefined) {
      const body = cursor === undefined ? {} : { cursor };
      const path = `/api/journeys/${journeyId}/migrations`;
      const answer = await this.deployed.control('POST', path, body);
      if (answer.status === 404) return;
      if (answer.status !== 200) throw new Error(`A migration was answered ${answer.status}.`);
      cursor = answer.body['next'];
    }
  }
  private async publish({ edits, inside, isBegunOtherwise, isBesideNew, death: dies }: Publish): Promise<void> {
    const changed = edits.reduce((one, edit) => edited(one, edit, this.count++), this.journeys.at(-1)!);
    const next = begunBy(changed, isBegunOtherwise);
    writeDocuments(this.folder, isBesideNew ? [next, besideIt(this.count)] : [next]);
    // An edit may leave a document that nobody could publish.
    if (!checkDocuments(readWorkflows(this.folder)).documents) return;
    this.journeys.push(next);
    const { files, templates } = (await readPublication(this.folder, () => undefined))!;
    const body = { files, templates, reopen: [journeyId], drain: inside === 'drain' } as unknown as JsonObject;
    await this.dying(dies, '/api/publications', body, [200]);
    if (inside === 'migrate') await this.migrate();
  }

  /** A request of the publisher, which dies in between; then it is made again. */
  private async dying(
    dies: Death | undefined,
    path: string,
    body: JsonObject,
    expected: readonly number[],
  ): Promise<void> {
    if (dies) {
      const status = await this.publisher.send(path, body, dies);
      if (status !== undefined) return expectOne(status, expected, path);
      this.changedMs = this.deployed.nowMs;
      // Whoever comes in between finds half of a publication, and is let in by what is current.
      await this.twinsBegin(`d${this.deaths.length}`, 0);
      await this.deployed.windTo(this.deployed.nowMs + dies.minutes * minuteMs);
    }
    const { status } = await this.deployed.publisher('POST', path, body);
    expectOne(status, expected, path);
  }

  /** A deployment of what somebody has in a folder: it says that it has seen what was published meanwhile. */
  private async deploy(out: string): Promise<void> {
    try {
      await this.deployed.redeploy(out);
    } catch (error) {
      const [, seen] = /-c replaces=(\S+)$/.exec(error instanceof FunctionFailed ? error.message : '') ?? [];
      if (seen === undefined) throw error;
      this.deployed.failures.pop();
      await this.deployed.redeploy(out, seen);
    }
  }
}

/** Another journey, which nobody enters. */
const besideIt = (count: number): Journey =>
  aJourney({
    id: `b${count}`,
    entry: { on: { event: `Begun b${count}` }, again: 'always' },
    steps: [{ id: 'rest', wait: 'P1D' }],
  });

function expectOne(status: number, expected: readonly number[], path: string): void {
  if (!expected.includes(status)) throw new Error(`${path} was answered ${status}.`);
}

function enrollmentIn({ dynamodb: { NewImage } }: StreamRecord): readonly Enrollment[] {
  if (!String(NewImage?.['pk']?.['S']).startsWith('n#')) return [];
  const row = readEnrollment({ b: { B: Buffer.from(String(NewImage!['b']!['B']), 'base64') } });
  return row.journeyId === journeyId ? [row] : [];
}
