/** What becomes of things of a kind when somebody is erased. */
export type Fate =
  /** Nothing of it is left. */
  | 'deleted'
  /** It stays, and says nothing of anybody; `why` in words. */
  | { readonly kept: string };

/** One kind of thing that is kept, and what it has to do with people. */
export interface Holding {
  /** What it holds, for whoever reads an export or a receipt. */
  readonly holds: string;
  /** Whether somebody who asks for all that is known of them gets it, or why not. */
  readonly exported: true | { readonly not: string };
  readonly erased: Fate;
  /** Tables and files of the embedded home that it lies in. */
  readonly home: readonly string[];
  /** Rows of the table on AWS as `docs/aws.md` lists them, and resources beside it by what their logical ids begin with. */
  readonly aws: readonly string[];
}

const leadsNowhere = 'Made of ids that lead to nobody any more.';
const aboutNobody = 'It is about nobody.';
const ofNobody = { exported: { not: aboutNobody }, erased: { kept: aboutNobody } } as const;

/**
 * Everything that is kept, in both homes. Export and erasure are made of this list, in this order, and a table without
 * an entry fails the tests: what is not listed here is forgotten by nobody.
 */
export const inventory = {
  events: {
    holds: 'What the person did, with its facts: the timeline.',
    exported: true,
    erased: 'deleted',
    home: ['events', 'commit_facts', 'outgoing'],
    aws: ['p#/e#', 'p#/f#'],
  },
  quarantined: {
    holds: 'Events of the person that were set aside, as they are not what the catalogue says.',
    exported: true,
    erased: 'deleted',
    home: ['quarantine', 'quarantine_identities'],
    aws: ['q#/q', 'qi#/'],
  },
  messages: {
    holds: 'Messages as they were written to the person.',
    exported: true,
    erased: 'deleted',
    home: ['outbox', 'outbox_packs'],
    aws: ['d#/m'],
  },
  deliveries: {
    holds: 'Which messages went out, and what became of them.',
    exported: true,
    erased: 'deleted',
    home: ['deliveries'],
    aws: ['d#/d'],
  },
  executions: {
    holds: 'Timers of the journeys that the person is or was in: ids and instants.',
    exported: { not: 'Ids and instants of what the enrollments say.' },
    erased: 'deleted',
    home: ['executions'],
    aws: [],
  },
  exposures: {
    holds: 'Which variants of experiments the person met, and what came of it.',
    exported: true,
    erased: 'deleted',
    home: ['exposures'],
    aws: [],
  },
  tasks: {
    holds: 'What people were asked to do for the person.',
    exported: true,
    erased: 'deleted',
    home: ['tasks'],
    aws: ['k#/k'],
  },
  enrollments: {
    holds: 'Journeys that the person is or was in, with what they carry along.',
    exported: true,
    erased: 'deleted',
    home: ['enrollments'],
    aws: ['n#/n'],
  },
  guards: {
    holds: 'When the person last entered a journey.',
    exported: true,
    erased: 'deleted',
    home: ['guards'],
    aws: ['p#/g#'],
  },
  memberships: {
    holds: 'Lists of segments, audiences and groups that the person stands in.',
    exported: { not: 'The profile says the same.' },
    erased: 'deleted',
    home: ['members', 'memberships'],
    aws: ['m#/'],
  },
  groups: {
    holds: 'What is known of groups: companies, households. Who is in one stands in profiles and memberships.',
    exported: { not: 'It is about several people; the profile says which groups the person is in.' },
    erased: {
      kept: 'It is about several people and names none; traits that tell of one person are taken away by hand.',
    },
    home: ['groups', 'walks'],
    aws: ['g#/g'],
  },
  due: {
    holds: 'When something of the person is to be looked at.',
    exported: { not: 'Ids and instants.' },
    erased: 'deleted',
    home: ['due'],
    aws: ['u#/'],
  },
  merges: {
    holds: 'Which profiles became this one, and by which identifier.',
    exported: true,
    erased: 'deleted',
    home: ['merges'],
    aws: ['p#/x#'],
  },
  mergedProfiles: {
    holds: 'What is left of profiles that became this one.',
    exported: { not: 'Each says only whose part it is.' },
    erased: 'deleted',
    home: ['profiles'],
    aws: ['p#/a', 'p#/b'],
  },
  identities: {
    holds: 'Which identifiers find the person.',
    exported: { not: 'The profile says the same.' },
    erased: 'deleted',
    home: ['identities'],
    aws: ['i#/i'],
  },
  profile: {
    holds: 'Who the person is: identifiers, traits, consent, touchpoints, groups, segments, caps, draws.',
    exported: true,
    erased: { kept: 'Under its random id it says that somebody was erased, and nothing else.' },
    home: ['profiles'],
    aws: ['p#/a', 'p#/b'],
  },
  suppressions: {
    holds: 'Addresses that must not be written to, by keyed hash.',
    exported: true,
    erased: { kept: 'By keyed hash: nobody is to write to the address again, whatever is imported.' },
    home: ['suppressions'],
    aws: ['s#/s', 's#/r#'],
  },
  tombstones: {
    holds: 'Keyed hashes of identifiers and messages of people who were erased.',
    exported: { not: 'There are none before an erasure.' },
    erased: { kept: 'By keyed hash: so that late events, imports and replays do not bring the person back.' },
    home: ['tombstones'],
    aws: ['t#/t'],
  },
  erasures: {
    holds: 'Receipts of erasures.',
    exported: { not: 'There are none before an erasure.' },
    erased: { kept: 'It proves what was done, and names nobody.' },
    home: ['erasures'],
    aws: ['z#/z'],
  },
  coupons: {
    holds: 'Codes, and to which step of which enrollment each was given.',
    exported: { not: 'The enrollments and messages say which codes were given.' },
    erased: { kept: leadsNowhere },
    home: ['coupons'],
    aws: ['c#/o#', 'c#/stock', 'c#/g', 'c#/a'],
  },
  places: {
    holds: 'Places of entries with a limit, and the order of people in a round.',
    exported: { not: 'Ids of enrollments and of the person.' },
    erased: { kept: leadsNowhere },
    home: ['places', 'places_taken', 'candidates'],
    aws: ['l#/n#', 'l#/count', 'k#/'],
  },
  lake: {
    holds: 'Committed rows of the table, for analytics on AWS.',
    exported: { not: 'The table says the same.' },
    erased: 'deleted',
    home: [],
    aws: ['@LakeBucket', '@FillLakeStream'],
  },
  imports: {
    holds: 'Files that were uploaded to be imported on AWS, and the lines that were refused.',
    exported: { not: 'They belong to whoever uploaded them.' },
    erased: { kept: 'It goes by itself, 30 days after it came.' },
    home: [],
    aws: ['@ImportInbox'],
  },
  undelivered: {
    holds: 'What could not be carried out on AWS: whole messages and records.',
    exported: { not: 'It is on its way to what else is listed.' },
    erased: { kept: 'It goes by itself, at most 30 days after it came, and is about somebody who is erased by then.' },
    home: [],
    aws: ['@DeadLetters', '@OutboxDeadRecords', '@FailedBatchesBucket'],
  },
  underWay: {
    holds: 'What is on its way between functions on AWS.',
    exported: { not: 'It is on its way to what else is listed.' },
    erased: { kept: 'It is carried out or gone within 4 days, and nothing comes of it for somebody who is erased.' },
    home: [],
    aws: ['@EntriesQueue', '@HoldsResumesQueue', '@EmittedEmitsQueue', '@DueWakesQueue', '@FeedbackReportsQueue'],
  },
  traces: {
    holds: 'Logs, and the history of executions on AWS: ids, and no values.',
    exported: { not: 'Ids of what else is listed.' },
    erased: { kept: leadsNowhere },
    home: [],
    aws: ['@Log', '@StateMachine'],
  },
  operators: {
    holds: 'Those who may use the system, and its secrets.',
    ...ofNobody,
    home: [],
    aws: ['@Users', '@Secret', '@Table'],
  },
  definitions: {
    holds: 'What is published, and who published it when.',
    ...ofNobody,
    home: ['documents', 'publications'],
    aws: ['definitions', 'definitions#', 'journey#'],
  },
  ranks: {
    holds:
      'How many people have which value of a ranked trait: numbers, which the next night counts anew without whoever was erased.',
    ...ofNobody,
    home: ['rank_counts'],
    aws: ['ranks/'],
  },
  work: {
    holds:
      'What is stopped, what experiments decided, how far rounds and fillings have come, how often events were wrong, at which hours all people together answer.',
    ...ofNobody,
    home: ['meta', 'controls', 'rulings', 'fills', 'schedules_looked_at', 'rounds', 'event_problems'],
    aws: ['control', 'control#', 'rulings', 'r#/', 'fills#/', 'hours', 'qp#/', 'lake'],
  },
  journal: {
    holds: 'The last seconds of what was written, for the case of a crash.',
    exported: { not: 'The tables say the same.' },
    erased: 'deleted',
    home: ['journal.db'],
    aws: [],
  },
} as const satisfies { readonly [id: string]: Holding };

export type HoldingId = keyof typeof inventory;
export const holdingIds = Object.keys(inventory) as readonly HoldingId[];
export const holdingOf = (id: HoldingId): Holding => inventory[id];

/** What of a person outlives an erasure in one of the homes, with the reason. */
export const keptAfterErasure = (place: 'home' | 'aws'): readonly (readonly [HoldingId, why: string])[] =>
  holdingIds.flatMap((id) => {
    const { erased, [place]: places } = holdingOf(id);
    const isKept = erased !== 'deleted' && erased.kept !== aboutNobody && places.length > 0;
    return isKept ? [[id, erased.kept] as const] : [];
  });
/** What is deleted of a person row by row; their names, and the profile itself, go by the law, and the lake is swept a day later. */
export const sweptHoldings: readonly HoldingId[] = holdingIds.filter(
  (id) => holdingOf(id).erased === 'deleted' && id !== 'identities' && id !== 'journal' && id !== 'lake',
);
/** What of a person is exported, in order. */
export const exportedHoldings: readonly HoldingId[] = holdingIds.filter((id) => holdingOf(id).exported === true);
