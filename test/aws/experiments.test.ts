import { DynamoExperiments } from '../../functions/aws/experiments.ts';
import { leaseMs, DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { experimentsContract } from '../contracts/experiments.ts';
import { atMs } from '../contracts/rows.ts';
import { aTable } from './a-table.ts';

experimentsContract(
  'DynamoDB Local',
  async () => {
    const { client, name, close } = await aTable();
    const clock = { ms: atMs, nowMs: () => clock.ms };
    return {
      store: new DynamoProfileStore(client, name, clock),
      experiments: new DynamoExperiments(client, name),
      // What was read a lease ago is read again.
      settle: () => void (clock.ms += leaseMs),
      close: async () => close(),
    };
  },
  200,
);
