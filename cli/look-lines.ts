/** A thing as the API gave it. */
export type Thing = { readonly [key: string]: unknown };

type Counts = { readonly [name: string]: number };

/** Lines below a heading. */
export const rows = (lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? ['  none'] : lines.map((line) => `  ${line}`);
/** Counts in one line. */
export const listed = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(' · ') || 'nobody';
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** An instant to the second: finer is for machines. */
const moment = (value: unknown): string => text(value).replace(/\.\d+Z$/, 'Z');
/** The parts that are there, with blanks between them. */
const joined = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join('  ');

/** What is known of a person. */
export function profileLines(profile: Thing): readonly string[] {
  const identifiers = (profile['identifiers'] as readonly Thing[]).map(
    (one) =>
      `${text(one['kind'])} ${text(one['value'])}${one['verified'] === true ? '' : ' (unverified)'}${one['resolves'] === true ? '' : ' (address only)'}`,
  );
  const valuesOf = (key: string): readonly string[] =>
    Object.entries((profile[key] ?? {}) as Thing).map(([name, value]) => `${name} = ${text(value)}`);
  const [traits, computed] = [valuesOf('traits'), valuesOf('computedTraits')];
  const { convertedAt } = profile;
  const groups = (profile['groups'] ?? []) as readonly Thing[];
  return [
    joined(
      text(profile['profileId']),
      `stage ${text(profile['stage'])}`,
      `zone ${text(profile['timeZone'])}`,
      convertedAt === undefined ? 'not converted' : `converted ${moment(convertedAt)}`,
    ),
    'Known as',
    ...rows(identifiers),
    'Traits',
    ...rows(traits),
    ...(computed.length > 0 ? ['Computed of what happened', ...rows(computed)] : []),
    'Consent',
    ...rows(consentLines(profile['consent'] as Thing)),
    ...(groups.length > 0
      ? [`Groups     ${groups.map((one) => `${text(one['type'])} ${text(one['groupId'])}`).join(', ')}`]
      : []),
    `Segments   ${(profile['segments'] as readonly string[]).join(', ') || 'none'}`,
    `Audiences  ${(profile['audiences'] as readonly string[]).join(', ') || 'none'}`,
  ];
}

const consentLines = (consent: Thing): readonly string[] =>
  Object.entries(consent).map(
    ([channel, said]) =>
      `${channel}: ${Object.entries(said as Thing)
        .map(([purpose, status]) => `${purpose} ${text(status)}`)
        .join(', ')}`,
  );

/** What is known of a group, and who was heard of in it last. */
export function groupLines(group: Thing, members: Thing): readonly string[] {
  const traits = Object.entries(group['traits'] as Thing).map(([name, value]) => `${name} = ${text(value)}`);
  const people = (members['items'] as readonly Thing[]).map((one) =>
    joined(text(one['profileId']), `heard of ${moment(one['heardAt'])}`),
  );
  return [
    `${text(group['type'])} ${text(group['groupId'])}`,
    'Traits',
    ...rows(traits),
    'Members',
    ...rows(people),
    ...(members['next'] === undefined ? [] : ['  … and more']),
  ];
}

/** One passage through a journey. */
export function enrollmentLine(one: Thing): string {
  const path = one['path'] as readonly string[];
  const status = `${text(one['status'])}${one['reason'] === undefined ? '' : ` (${text(one['reason'])})`}`;
  const place = one['stepId'] === undefined ? '' : ` at ${text(one['stepId'])}`;
  const until = one['wakeAt'] === undefined ? '' : ` until ${moment(one['wakeAt'])}`;
  const key = one['key'] === undefined ? undefined : `key ${text(one['key'])}`;
  const way = path.length === 0 ? 'before any step' : `by ${path.join(' → ')}`;
  const isHeldOut = one['status'] === 'held-out';
  return joined(
    moment(one['enteredAt']),
    text(one['journeyId']),
    key,
    `${status}${place}${until}`,
    isHeldOut ? undefined : way,
  );
}

/** When a schedule comes round next, and how far the latest round has come. */
export function scheduleLines(schedule: Thing | undefined): readonly string[] {
  const { next, latest } = (schedule ?? {}) as { readonly next?: Thing; readonly latest?: Thing };
  const state = latest?.['isDone'] === true ? 'over' : 'under way';
  return [
    ...(next
      ? [
          `${'Next round'.padEnd(14)}${moment(next['at'])}${next['byPerson'] === true ? ', to each in their own zone' : ''}`,
        ]
      : []),
    ...(latest
      ? [`${'Latest round'.padEnd(14)}${text(latest['round'])}, ${state}: ${listed(latest['counts'] as Counts)}`]
      : []),
  ];
}

/** One message, and what became of it. */
export const deliveryLine = (one: Thing): string =>
  joined(
    moment(one['at']),
    `${text(one['stepId'])}: ${text(one['channel'])} "${text(one['template'])}" ${outcome(one)}`,
  );
const outcome = (one: Thing): string =>
  `${text(one['status'])}${one['reason'] === undefined ? '' : `: ${text(one['reason'])}`}${one['detail'] === undefined ? '' : ` (${text(one['detail'])})`}`;

/** One thing that happened to a person. */
export const timelineLine = (one: Thing): string =>
  joined(moment(one['at']), text(one['kind']).padEnd(10), text(one['name']), moreOf(one));
function moreOf(one: Thing): string | undefined {
  if (one['kind'] === 'delivery') return `${text(one['channel'])} ${outcome(one)}`;
  if (one['kind'] === 'segment') return one['edge'] === 'leave' ? 'left' : 'entered';
  if (one['kind'] !== 'enrollment') return undefined;
  return one['goal'] === undefined
    ? `${text(one['status'] ?? '')}${one['reason'] === undefined ? '' : ` (${text(one['reason'])})`}`
    : `goal ${text(one['goal'])}`;
}

/** A trigger that did not begin a journey, and why. */
export const refusalLine = (one: Thing): string =>
  joined(moment(one['at']), text(one['reason']), refusals[text(one['reason'])]);
const refusals: { readonly [reason: string]: string } = {
  key_missing: 'the event has no value for the key of the entry',
  stale: 'it was too old when it was handled',
  'too-many': 'the person is in too many journeys at once',
};

/** What an entry asks, and whether this person meets it. */
export function entryLines(findings: readonly Thing[]): readonly string[] {
  const against = findings.filter((one) => one['isMet'] !== true).length;
  return [
    `Would they enter now?  ${against === 0 ? 'Yes.' : `No: ${against} of ${findings.length} speak against it.`}`,
    ...rows(
      findings.map(
        (one) =>
          `${one['isMet'] === true ? 'yes' : 'NO '}  ${text(one['asks'])}: ${text(one['because']).replace(/\.\d+Z\b/g, 'Z')}`,
      ),
    ),
  ];
}

/** Whether somebody is in a segment or an audience, and which of its conditions hold. */
export function membershipLines(found: Thing): readonly string[] {
  const { isMember, since, changesAt, because, isFilling } = found;
  const state = isMember === true ? `A member since ${moment(since)}` : 'Not a member';
  const will = isMember === true ? 'Leaves' : 'Enters';
  return [
    `${state}${because === undefined ? '' : `: ${text(because)}`}.`,
    ...(changesAt === undefined ? [] : [`${will} by themselves at ${moment(changesAt)}, if nothing else happens.`]),
    ...(isFilling === true ? ['What was published since is not asked of them yet: they are being filled.'] : []),
    ...conditionLines(found['condition'] as Thing, 1),
  ];
}

/** What a computed trait says of a person, and by what. */
export function traitLines(found: Thing): readonly string[] {
  return [
    ...(found['isFilling'] === true
      ? ['What was published since is not asked of them yet: they are being filled.']
      : []),
    ...partLines(found, 0),
  ];
}

function partLines(found: Thing, depth: number): readonly string[] {
  const { name, value, changesAt } = found;
  const parts = (found['parts'] ?? []) as readonly Thing[];
  const conditions = (found['conditions'] ?? []) as readonly Thing[];
  const indent = '  '.repeat(depth);
  const until = changesAt === undefined ? '' : `, until ${moment(changesAt)} if nothing else happens`;
  return [
    `${indent}${text(name)}: ${value === undefined ? 'nothing yet' : text(value)}${until}`,
    ...eventLines(found, indent),
    ...conditions.flatMap((one) => conditionLines(one, depth + 1)),
    ...parts.flatMap((part) => partLines(part, depth + 1)),
  ];
}

/** The events that something goes by, the latest first. */
function eventLines({ events = [], eventCount = 0 }: Thing, indent: string): readonly string[] {
  const shown = events as readonly Thing[];
  const more = Number(eventCount) - shown.length;
  return [
    ...shown.map((one) => `${indent}     ${moment(one['at'])}  ${text(one['name'])}`),
    ...(more > 0 ? [`${indent}     and ${more} before`] : []),
  ];
}

function conditionLines(condition: Thing, depth: number): readonly string[] {
  const { holds, says, value, changesAt } = condition;
  const parts = (condition['parts'] ?? []) as readonly Thing[];
  const indent = '  '.repeat(depth);
  const isOf = value === undefined ? '' : ` (it is ${text(value)})`;
  const until = changesAt === undefined ? '' : `, until ${moment(changesAt)}`;
  return [
    `${indent}${holds === true ? 'yes' : 'NO '}  ${text(says)}${isOf}${until}`,
    ...eventLines(condition, indent),
    ...parts.flatMap((part) => conditionLines(part, depth + 1)),
  ];
}

/**
 * Steps as a document writes them, each followed by the parts that it unfolds into.
 * @param counted all that people have reached: steps without an id, and those of earlier versions, are known by that alone
 */
export function inOrder(written: readonly string[], counted: readonly string[]): readonly string[] {
  const known = new Set(written);
  const others = [...new Set(counted)].filter((step) => !known.has(step));
  const partsOf = (step: string): readonly string[] =>
    others.filter((one) => one.startsWith(`${step}.`)).toSorted((a, b) => byNumber.compare(a, b));
  return [...new Set([...written.flatMap((step) => [step, ...partsOf(step)]), ...others])];
}
const byNumber = new Intl.Collator('en', { numeric: true });

/** The steps of a journey in the order of its document, with how many reached each and what became of its messages. */
export function stepLines(
  steps: readonly string[],
  reached: Counts,
  deliveries: { readonly [step: string]: Counts },
): readonly string[] {
  const width = Math.max(0, ...steps.map((step) => step.length)) + 2;
  return steps.map((step) => {
    const sends = deliveries[step];
    return `${step.padEnd(width)}${String(reached[step] ?? 0).padStart(8)} reached${sends ? `   ${listed(sends)}` : ''}`;
  });
}
