import type { JsonObject } from '../json.ts';
import type { TraitDocument } from '../trait/trait-document.ts';
import type { Condition, DurationText, Names, Where } from '../segment/condition.ts';

/** Channels that carry messages. */
export const channels = ['email', 'push', 'sms', 'webhook', 'in-app'] as const;
export type Channel = (typeof channels)[number];
/** How long events are kept where the workspace does not say. */
export const defaultRetention = 'P400D';
export const stages = ['acquaintance', 'comparison', 'decision', 'retention', 'reactivation'] as const;
export type Stage = (typeof stages)[number];
export const weekDays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type WeekDay = (typeof weekDays)[number];
/** `profile`: the person's own zone, else the workspace's; `workspace`; or an IANA name. */
export type ZoneChoice = string;

/** workspace.json as written. */
export interface Workspace {
  readonly name: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly currency: string;
  readonly sender: {
    readonly email?: { readonly from: string; readonly replyTo?: string; readonly postalAddress: string };
    readonly sms?: { readonly sender: string };
    readonly push?: { readonly app: string };
  };
  readonly conversion: readonly { readonly event: Names; readonly where?: Where }[];
  readonly value?: string;
  readonly consent?: 'opt-in' | 'opt-out';
  readonly quietHours?: { readonly [channel: string]: QuietHours };
  readonly frequencyCaps?: readonly FrequencyCap[];
  readonly holdout?: number;
  readonly topics?: readonly { readonly id: string; readonly name: string }[];
  readonly stages?: { readonly [stage: string]: Condition };
  readonly retention?: DurationText;
  /** More messages than this to one person within an hour stop the journey that sends them. */
  readonly breaker?: { readonly atMost: number };
  /** Whoever is to wait at a step for as long as this is waited for by no execution; never when absent. */
  readonly parkAfter?: DurationText;
  readonly identity?: IdentityDocument;
  readonly events?: EventRules;
}
/** What becomes of events that are not as the catalogue says: let in unseen, let in and counted, or set aside. */
export const validationModes = ['off', 'warn', 'quarantine'] as const;
export type ValidationMode = (typeof validationModes)[number];
/** Whether events are held against the catalogue; off where it does not say. */
export interface EventRules {
  /** Of events in the catalogue; one that says its own `validation` goes by that. */
  readonly validation?: ValidationMode;
  /** Of events whose name is in no file, once there is one. */
  readonly unknown?: ValidationMode;
}
/** Which identifiers tell who somebody is, and how far they are believed. */
export interface IdentityDocument {
  /** Kinds behind the user id, the strongest first. */
  readonly order?: readonly string[];
  readonly kinds?: readonly { readonly kind: string; readonly atMost?: number; readonly unique?: true }[];
  /** Values that are nobody's; `*` at the beginning or the end stands for the rest. */
  readonly blocked?: readonly string[];
  /** From so many known people on, a shared value tells nobody's identity. */
  readonly sharedBy?: number;
}
export interface QuietHours {
  /** Time of day, `HH:MM`; may be later than `to` (crosses midnight). */
  readonly from: string;
  readonly to: string;
  /** The days on which the quiet period *starts*; all when absent. */
  readonly days?: WeekDay | readonly WeekDay[];
}
export interface FrequencyCap {
  readonly channels: Channel | readonly Channel[];
  readonly purpose?: Purpose;
  readonly topic?: string;
  readonly atMost: number;
  readonly within: DurationText;
  readonly then?: 'skip' | 'defer';
}
export type Purpose = 'marketing' | 'transactional';

/** segments/<id>.segment.json */
export interface Segment {
  readonly id: string;
  readonly name: string;
  readonly backfill?: 'silent' | 'enter';
  readonly when: Condition;
}
/** audiences/<id>.audience.json */
export interface Audience {
  readonly id: string;
  readonly name: string;
  readonly use: 'acquisition' | 'retargeting' | 'exclusion' | 'seed';
  readonly when: Condition;
  readonly sync?: readonly {
    readonly platform: string;
    readonly account?: string;
    readonly list?: string;
    readonly consent?: string;
  }[];
}

/** An event that a journey listens to; with `key`, its value must equal the enrollment's. */
export interface EventMatch {
  readonly event: Names;
  readonly where?: Where;
  readonly key?: string;
  /** Only of messages that this step of the enrollment sent. */
  readonly of?: string;
  /** Or one of these: what a cascade looks for. */
  readonly ofAny?: readonly string[];
}
export interface Schedule {
  readonly every?: DurationText;
  readonly once?: string;
  readonly on?: WeekDay | readonly WeekDay[];
  readonly at?: string;
  readonly zone?: ZoneChoice;
}
/** Begins at a date of the person: one that a trait holds, or a holiday of their country. */
export interface DateEntry {
  readonly date: { readonly trait: string } | { readonly holiday: string };
  readonly offset?: DurationText;
  readonly at?: string;
  readonly repeats?: 'yearly';
}
export type EntryTrigger =
  | EventMatch
  | { readonly segment: string; readonly edge: 'enter' | 'leave' }
  | { readonly schedule: Schedule; readonly segment: string }
  | DateEntry
  | { readonly api: true };
export interface Entry {
  readonly on: EntryTrigger;
  readonly when?: Condition;
  readonly key?: string;
  readonly again?: 'never' | 'always' | { readonly after: DurationText };
  readonly meanwhile?: 'ignore' | 'restart';
  readonly limit?: { readonly atMost: number; readonly per: DurationText; readonly by?: string };
}
export type Exit = { readonly on: EventMatch } | { readonly when: Condition };
export interface Goal {
  readonly on: EventMatch;
  readonly within: DurationText;
}

/** journeys/<id>.journey.json */
export interface Journey {
  readonly id: string;
  readonly name: string;
  readonly stage: Stage;
  readonly kind: 'acquisition' | 'lifecycle' | 'transactional';
  readonly entry: Entry;
  readonly exit?: readonly Exit[];
  readonly goal?: Goal;
  readonly holdout?: number;
  readonly priority?: number;
  readonly steps: Steps;
}

interface Named {
  readonly id?: string;
  readonly name?: string;
}
export type Steps = readonly Step[];
export type WaitUntil =
  | {
      readonly until: string;
      readonly on?: WeekDay | readonly WeekDay[];
      readonly zone?: ZoneChoice;
      readonly within?: DurationText;
      readonly ifPast?: IfPast;
    }
  | { readonly until: { readonly trait: string; readonly offset?: DurationText }; readonly ifPast?: IfPast }
  | { readonly until: { readonly value: string; readonly offset?: DurationText }; readonly ifPast?: IfPast }
  | {
      readonly between: readonly [string, string];
      readonly on?: WeekDay | readonly WeekDay[];
      readonly zone?: ZoneChoice;
    };
export type IfPast = 'go' | 'skip-next';
export interface WaitStep extends Named {
  readonly wait: DurationText | WaitUntil;
}
export interface WaitForStep extends Named {
  readonly waitFor: EventMatch | { readonly when: Condition };
  readonly within: DurationText;
  readonly save?: string;
  readonly then?: Steps;
  readonly otherwise?: Steps;
}
/** Exactly one channel with its template id. */
export type Content = { readonly [channel in Channel]?: string };
export interface SendStep extends Named {
  readonly send: Content | { readonly firstOf: readonly Content[] };
  readonly topic?: string;
  readonly useBy?: DurationText;
  /** Percent of people who do not get this message. */
  readonly holdout?: number;
}
export interface BranchStep extends Named {
  readonly branch: readonly { readonly when: Condition; readonly steps: Steps }[];
  readonly otherwise?: Steps;
}
export interface ExperimentStep extends Named {
  readonly experiment: string;
  readonly variants: readonly { readonly id: string; readonly percent: number; readonly steps: Steps }[];
  readonly winner?: { readonly by: 'goal' | 'value' | 'click'; readonly after: DurationText; readonly least: number };
}
export interface UpdateStep extends Named {
  readonly update: { readonly traits: JsonObject };
}
export interface EmitStep extends Named {
  readonly emit: { readonly event: string; readonly properties?: JsonObject };
}
export interface EndStep extends Named {
  readonly end: true;
}
/** What ends a cascade or a repeated list: an event, or a condition. */
export type Until = EventMatch | Condition;
export interface CascadeStep extends Named {
  readonly cascade: readonly Content[];
  readonly every: DurationText;
  readonly until?: Until;
  /** Of each of its messages. */
  readonly topic?: string;
  /** How long each of them may be late. */
  readonly useBy?: DurationText;
  /** Percent of people who get none of its messages. */
  readonly holdout?: number;
}
export interface RepeatStep extends Named {
  readonly repeat: {
    readonly times: number;
    readonly every?: DurationText;
    readonly until?: Until;
    readonly steps: Steps;
  };
}
export interface AudienceStep extends Named {
  readonly audience: { readonly add?: string; readonly remove?: string };
}
export interface CouponStep extends Named {
  readonly coupon: { readonly pool: string; readonly as: string };
  readonly otherwise?: Steps;
}
export interface CallStep extends Named {
  readonly call: { readonly webhook: string; readonly save?: { readonly [name: string]: string } };
}
export interface LookupStep extends Named {
  readonly lookup: string;
  readonly by: string;
  readonly save: string;
}
export interface TaskStep extends Named {
  readonly task: { readonly queue: string; readonly title: string };
}
export interface StartStep extends Named {
  readonly start: string;
}
export type Step =
  | WaitStep
  | WaitForStep
  | SendStep
  | BranchStep
  | ExperimentStep
  | UpdateStep
  | EmitStep
  | EndStep
  | CascadeStep
  | RepeatStep
  | AudienceStep
  | CouponStep
  | CallStep
  | LookupStep
  | TaskStep
  | StartStep;

/** coupons/<id>.coupon.json: codes that are given out, each of them once. Either a list of them or how they are made. */
export interface CouponPool {
  readonly id: string;
  readonly name: string;
  /** The codes; a document may name a file of codes beside it instead, one to a line. */
  readonly codes?: readonly string[];
  readonly generate?: {
    readonly prefix?: string;
    /** Letters and digits after the prefix. */
    readonly length?: number;
  };
}
/** A pool as it is written: `codes` may be the name of a file in coupons/. */
export interface WrittenCouponPool extends Omit<CouponPool, 'codes'> {
  readonly codes?: string | readonly string[];
}
/** tables/<id>.csv: rows of text, known by their first column. */
export interface ReferenceTable {
  readonly id: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
export const propertyTypes = ['text', 'number', 'boolean', 'date', 'list', 'object'] as const;
/** What a property of an event holds. */
export type PropertyType = (typeof propertyTypes)[number];
/** A property written in full. */
export interface FullProperty {
  readonly type: PropertyType;
  /** Whether it is always there, or where it stands inside another property: always there with that one. */
  readonly required?: boolean;
  readonly description?: string;
  /** What to use instead. */
  readonly deprecated?: string;
  /** The values that a text or a number may have. */
  readonly oneOf?: readonly (string | number)[];
  /** Bounds of a number. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** What each element of a list is. */
  readonly of?: Property;
  /** What an object holds. */
  readonly properties?: Properties;
  /** Whether an object may hold more than it names. */
  readonly additional?: boolean;
}
export type Property = PropertyType | FullProperty;
/** Properties by path; through a list a path means each of its elements. */
export interface Properties {
  readonly [path: string]: Property;
}
/** events/<id>.event.json: an event of the catalogue; `name` is what documents and senders call it. */
export interface EventDocument {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** Who answers for it. */
  readonly owner?: string;
  /** What to use instead. */
  readonly deprecated?: string;
  readonly properties?: Properties;
  /** Whether it may carry more than it names. */
  readonly additional?: boolean;
  /** Instead of the workspace's. */
  readonly validation?: ValidationMode;
}
/** calendars/<id>.json: the holidays of a country, whose ISO 3166 code is the id, in capitals once it is read. */
export interface HolidayCalendar {
  readonly id: string;
  readonly name: string;
  /** Holiday → `--MM-DD` where it is the same every year, else its dates. */
  readonly holidays: { readonly [holiday: string]: string | readonly string[] };
}

/** Everything that a workflows folder holds, parsed. */
export interface Documents {
  readonly workspace: Workspace;
  readonly segments: readonly Segment[];
  readonly audiences: readonly Audience[];
  readonly journeys: readonly Journey[];
  readonly coupons: readonly CouponPool[];
  readonly tables: readonly ReferenceTable[];
  readonly events: readonly EventDocument[];
  readonly calendars: readonly HolidayCalendar[];
  readonly traits: readonly TraitDocument[];
  /** Template id → the channels (and locales) it has files for. */
  readonly templates: readonly TemplateFile[];
}
/** One file of templates/<id>/. */
export interface TemplateFile {
  readonly id: string;
  readonly channel: Channel;
  readonly locale?: string;
  /** Path relative to the workflows folder. */
  readonly file: string;
  readonly text: string;
}
