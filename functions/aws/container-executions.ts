import { SFNClient } from '@aws-sdk/client-sfn';
import type { DecisionPorts, Ports } from '../../core/ports.ts';
import { decisionPorts, definitions } from './container.ts';
import { StepFunctionsExecutions } from './executions.ts';

let running: StepFunctionsExecutions | undefined;
export const executions = (): StepFunctionsExecutions =>
  (running ??= new StepFunctionsExecutions(new SFNClient({}), (id, version) => definitions().machineArn(id, version)));

/** The ports of what also begins and ends executions. */
export const executionPorts = async (): Promise<DecisionPorts & Pick<Ports, 'executions'>> => ({
  ...(await decisionPorts()),
  executions: executions(),
});
