import { SFNClient } from '@aws-sdk/client-sfn';
import type { DecisionPorts, Ports } from '../../core/ports.ts';
import { decisionPorts, definitions, dynamo } from './container.ts';
import { ENV } from '../env.ts';
import { StepFunctionsExecutions } from './executions.ts';
import { DynamoPlaces } from './places.ts';
import { realClock } from './real-clock.ts';
import { setting } from './setting.ts';

let running: StepFunctionsExecutions | undefined;
export const executions = (): StepFunctionsExecutions =>
  (running ??= new StepFunctionsExecutions(new SFNClient({}), (id, version) => definitions().machineArn(id, version)));

/** The ports of what also begins and ends executions. */
export const executionPorts = async (): Promise<DecisionPorts & Pick<Ports, 'executions'>> => ({
  ...(await decisionPorts()),
  executions: executions(),
});

let places: DynamoPlaces | undefined;
/** The ports of what enters people. */
export const entryPorts = async (): Promise<DecisionPorts & Pick<Ports, 'executions' | 'places'>> => ({
  ...(await executionPorts()),
  places: (places ??= new DynamoPlaces(dynamo(), setting(ENV.table), realClock)),
});
