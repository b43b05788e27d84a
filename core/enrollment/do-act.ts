import type { Rule } from '../definitions.ts';
import { idOf } from '../hash.ts';
import type { JsonObject } from '../json.ts';
import type { Act } from '../journey/roles/role.ts';
import type { Draft } from '../profile/draft.ts';
import type { Profile } from '../profile/profile.ts';
import { emitDepth, mostEmitDepth } from './emit-depth.ts';
import type { Enrollment } from './enrollment.ts';

/** What is done at once, inside the commit that walks the person on. */
export type InstantAct = Extract<Act, { kind: 'traits' | 'emit' | 'start' | 'audience' }>;

/** Who does it, where, and into which draft it goes. */
export interface Doing {
  readonly draft: Draft;
  readonly profileId: string;
  readonly row: Enrollment;
  readonly stepId: string;
}

/** Does what a step does at once. @returns the enrollment, which a changed trait may have ended */
export function doAct(doing: Doing, act: InstantAct): Enrollment {
  switch (act.kind) {
    case 'traits':
      return setTraits(doing, act.traits);
    case 'emit':
      return tellOnce(doing, 'emit', act.event, act.properties);
    case 'start':
      return tellOnce(doing, 'start', act.journeyId, doing.row.event?.properties ?? {});
    case 'audience':
      return override(doing, act.audienceId, act.isIn);
    default:
      return act satisfies never;
  }
}

function setTraits(doing: Doing, traits: JsonObject): Enrollment {
  const { draft, profileId } = doing;
  const profile = draft.profile(profileId);
  const stamped = Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, stamp(doing, value)]));
  return change(
    doing,
    { ...profile, traits: { ...profile.traits, ...stamped } },
    draft.around.definitions.profileRules,
  );
}

/** The audience's own rule has it from there: conversion and erasure are stronger. */
function override(doing: Doing, audienceId: string, isIn: boolean): Enrollment {
  const { draft, profileId } = doing;
  const profile = draft.profile(profileId);
  const rules = draft.around.definitions.rules.filter(({ kind, id }) => kind === 'audience' && id === audienceId);
  return change(doing, { ...profile, overrides: { ...profile.overrides, [audienceId]: stamp(doing, isIn) } }, rules);
}

const stamp = <T>({ draft, row, stepId }: Doing, value: T): { value: T; ms: number; id: string } => ({
  value,
  ms: draft.around.nowMs,
  id: idOf(row.enrollmentId, stepId),
});

function change({ draft, profileId, row }: Doing, profile: Profile, rules: readonly Rule[]): Enrollment {
  draft.set(profile);
  draft.putEnrollment(row);
  draft.settle(profileId, rules, false);
  draft.resolve(profileId, undefined, { isProfileChanged: true });
  return draft.enrollment(row.enrollmentId) ?? row;
}

/** What goes out has an id made of its step, so that it happens once; of what causes itself, only so many in a row. */
function tellOnce(doing: Doing, kind: 'emit' | 'start', name: string, properties: JsonObject): Enrollment {
  const { draft, profileId, row, stepId } = doing;
  const depth = emitDepth(row.event, draft.around.nowMs) + 1;
  if (depth > mostEmitDepth) {
    const refused = kind === 'emit' ? { refused: 'emit-loop', event: name } : { refused: 'start-loop', journey: name };
    draft.fact(profileId, 'entry', row.journeyId, refused, false);
    return row;
  }
  const messageId = `emit-${depth}-${idOf(row.enrollmentId, stepId, String(row.cursor.visit))}`;
  draft.fact(profileId, kind, name, { messageId, properties, journeyId: row.journeyId }, true);
  return row;
}
