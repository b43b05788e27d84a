import type { ENV } from '../env.ts';

/** @throws RangeError that names the variable which the deployment should have set */
export function setting(name: (typeof ENV)[keyof typeof ENV]): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new RangeError(`${name} is not set.`);
  return value;
}
