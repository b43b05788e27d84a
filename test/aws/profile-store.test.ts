import { DueRows } from '../../functions/aws/due-rows.ts';
import { DynamoProfileStore } from '../../functions/aws/profile-store.ts';
import { factsIn } from '../../functions/aws/table/event-rows.ts';
import { profileStoreContract } from '../contracts/profile-store.ts';
import { aTable } from './a-table.ts';

profileStoreContract('DynamoDB Local', async () => {
  const table = await aTable();
  // The contract's rows are due in the first minutes of 1970.
  const clock = { nowMs: () => -60_000 };
  const store = new DynamoProfileStore(table.client, table.name, clock);
  const rows = new DueRows(table.client, table.name);
  return {
    store,
    due: async (untilMs, limit) => {
      const places = await rows.places(untilMs);
      const found = (await Promise.all(places.map((place) => rows.at(place, untilMs)))).flat();
      const order = (one: (typeof found)[number]): string => `${one.dueMs}/${one.profileId}/${one.subject}`;
      return found.toSorted((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, limit);
    },
    outgoing: async () => (await table.images()).flatMap(factsIn).filter((fact) => fact.isOutgoing),
    close: async () => table.close(),
  };
});
