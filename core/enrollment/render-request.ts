import type { Definitions } from '../definitions.ts';
import type { JsonObject } from '../json.ts';
import type { Purpose } from '../journey/document.ts';
import type { MessageChoice } from '../journey/roles/role.ts';
import type { Address } from '../message/send-context.ts';
import type { RenderRequest } from '../ports.ts';
import { newestIdentifier, type Profile } from '../profile/profile.ts';
import { readerLocale } from '../profile/reader-locale.ts';
import { viewOf, zoneOf } from '../segment/view.ts';
import { groupsTrait, traitsOf } from '../trait/computed-trait.ts';
import { toInstant } from '../time/instant.ts';
import type { TouchInput } from './touch.ts';
import type { Enrollment } from './enrollment.ts';

/** Messages are marketing unless the journey is transactional. */
export const purposeOf = ({ journey }: Pick<TouchInput, 'journey'>): Purpose =>
  journey.document.kind === 'transactional' ? 'transactional' : 'marketing';

/** What a template is to be made into, for one person. */
export function renderRequest(of: {
  readonly input: TouchInput;
  readonly row: Enrollment;
  readonly profile: Profile;
  readonly choice: MessageChoice;
  readonly deliveryId: string;
  readonly address: Address | undefined;
  readonly topic?: string;
}): RenderRequest {
  const { input, row, profile, choice, deliveryId, address, topic } = of;
  return {
    ...choice,
    locale: readerLocale(profile) ?? input.definitions.workspace.locale,
    timeZone: zoneOf(profile, input.definitions),
    deliveryId,
    profileId: profile.profileId,
    to: address?.value ?? '',
    ...(address?.device && { device: address.device }),
    purpose: purposeOf(input),
    ...(topic !== undefined && { topic }),
    context: renderContext(input, row, profile),
  };
}

/** What templates read of the person and the journey. */
export const renderContext = (
  { journey, definitions, nowMs }: TouchInput,
  row: Enrollment,
  profile: Profile,
): JsonObject => ({
  profile: profileContext(profile, definitions, nowMs),
  event: row.event
    ? { name: row.event.name, properties: row.event.properties, occurredAt: toInstant(row.event.occurredMs) }
    : {},
  journey: { ...row.saved, id: row.journeyId, name: journey.document.name },
  coupon: couponsOf(journey.plan, row.saved),
});

/** The codes that this enrollment was given, under the names that its steps keep them by. */
function couponsOf({ nodes }: TouchInput['journey']['plan'], saved: JsonObject): JsonObject {
  const names = [...nodes.values()].flatMap(({ step }) => ('coupon' in step ? [step.coupon.as] : []));
  return Object.fromEntries(names.flatMap((name) => (saved[name] === undefined ? [] : [[name, saved[name]]])));
}

/** What templates read as `profile`. */
function profileContext(profile: Profile, definitions: Definitions, nowMs: number): JsonObject {
  const traits: { [name: string]: JsonObject[string] } = {};
  const all = traitsOf(viewOf(profile, definitions, nowMs));
  for (const [name, value] of Object.entries(all)) if (value !== null) traits[name] = value;
  const named = (['userId', 'email', 'phone'] as const).flatMap((kind) => {
    const found = newestIdentifier(profile, kind);
    return found ? [[kind, found.value] as const] : [];
  });
  return {
    profileId: profile.profileId,
    ...Object.fromEntries(named),
    traits,
    groups: traits[groupsTrait] ?? {},
    segments: Object.keys(profile.segments),
  };
}
