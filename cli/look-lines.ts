/** A thing as the API gave it. */
export type Thing = { readonly [key: string]: unknown };

/** Lines below a heading. */
export const rows = (lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? ['  none'] : lines.map((line) => `  ${line}`);
/** Counts in one line. */
export const listed = (counts: { readonly [name: string]: number }): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(' · ') || 'nobody';
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What is known of a person. */
export function profileLines(profile: Thing): readonly string[] {
  const identifiers = (profile['identifiers'] as readonly Thing[]).map(
    (one) =>
      `${text(one['kind'])} ${text(one['value'])}${one['verified'] === true ? '' : ' (unverified)'}${one['resolves'] === true ? '' : ' (address only)'}`,
  );
  const traits = Object.entries(profile['traits'] as Thing).map(([name, value]) => `${name} = ${text(value)}`);
  return [
    `${text(profile['profileId'])}  stage ${text(profile['stage'])}  zone ${text(profile['timeZone'])}${profile['convertedAt'] === undefined ? '' : `  converted ${text(profile['convertedAt'])}`}`,
    'Known as',
    ...rows(identifiers),
    'Traits',
    ...rows(traits),
    `Segments   ${(profile['segments'] as readonly string[]).join(', ') || 'none'}`,
    `Audiences  ${(profile['audiences'] as readonly string[]).join(', ') || 'none'}`,
    `Consent    ${JSON.stringify(profile['consent'])}`,
  ];
}

/** One passage through a journey. */
export const enrollmentLine = (one: Thing): string =>
  `${text(one['enteredAt'])}  ${text(one['journeyId'])}  ${text(one['status'])}${one['reason'] === undefined ? '' : ` (${text(one['reason'])})`}${one['stepId'] === undefined ? '' : ` at ${text(one['stepId'])}`}${one['wakeAt'] === undefined ? '' : ` until ${text(one['wakeAt'])}`}  ${(one['path'] as readonly string[]).join(' → ')}`;
/** One message, and what became of it. */
export const deliveryLine = (one: Thing): string =>
  `${text(one['at'])}  ${text(one['stepId'])}: ${text(one['channel'])} "${text(one['template'])}" ${text(one['status'])}${one['reason'] === undefined ? '' : `: ${text(one['reason'])}`}${one['detail'] === undefined ? '' : ` (${text(one['detail'])})`}`;
/** One thing that happened to a person. */
export const timelineLine = (one: Thing): string => {
  const more =
    one['kind'] === 'delivery'
      ? `${text(one['channel'])} ${text(one['status'])}${one['reason'] === undefined ? '' : `: ${text(one['reason'])}`}`
      : one['kind'] === 'segment'
        ? text(one['edge'])
        : one['kind'] === 'enrollment'
          ? text(one['status'] ?? one['goal'] ?? '')
          : '';
  return `${text(one['at'])}  ${text(one['kind']).padEnd(10)}  ${text(one['name'])}  ${more}`.trimEnd();
};
