import type { Profile } from '../profile/profile.ts';
import { isHeldOut } from './assign.ts';

const drawName = (journeyId: string, stepId: string): string => `holdout:${journeyId}/${stepId}`;

/** Draws, once and for good, whether a person goes without the messages of one step. */
export function withStepDraw(profile: Profile, journeyId: string, stepId: string, percent = 0): Profile {
  const name = drawName(journeyId, stepId);
  if (percent === 0 || profile.assignments[name] !== undefined) return profile;
  const drawn = isHeldOut(name, profile.profileId, percent) ? 'held-out' : 'in';
  return { ...profile, assignments: { ...profile.assignments, [name]: drawn } };
}

/** A draw counts while the step holds anybody out. */
export const isOutOfStep = ({ assignments }: Profile, journeyId: string, stepId: string, percent = 0): boolean =>
  percent > 0 && assignments[drawName(journeyId, stepId)] === 'held-out';
