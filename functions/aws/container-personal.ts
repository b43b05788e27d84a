import type { PersonalData } from '../../core/ports.ts';
import { ENV } from '../env.ts';
import { decisionPorts, dynamo } from './container.ts';
import { setting } from './setting.ts';

let standing: PersonalData | undefined;
/** What is kept of people; loaded only where somebody asks for it. */
export async function personal(): Promise<PersonalData> {
  if (standing) return standing;
  const { DynamoPersonalData } = await import('./personal-data.ts');
  return (standing = new DynamoPersonalData(dynamo(), setting(ENV.table), await decisionPorts()));
}
