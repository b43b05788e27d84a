import type { JourneyVersion } from '../../../core/definitions.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { DecisionPorts } from '../../../core/ports.ts';
import { describeSchedule } from '../../parts/http/schedule.ts';
import { rounds } from '../container-rounds.ts';

/** How a journey's schedule stands in the table. */
export const describe = (ports: DecisionPorts, journey: JourneyVersion): Promise<JsonObject | undefined> =>
  describeSchedule({ ...ports, rounds: rounds() }, journey);
