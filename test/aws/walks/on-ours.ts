import type { JsonObject } from '../../../core/json.ts';
import { compileMachine } from '../../../local/interpreter/definition.ts';
import { ExecutionStore } from '../../../local/interpreter/execution-store.ts';
import { Interpreter, type TaskFunction } from '../../../local/interpreter/interpreter.ts';
import { Database } from '../../../local/store/database.ts';
import { Play, type Definition, type Walk } from './play.ts';

/** Walks on our interpreter, whose clock jumps to whatever is due. */
export async function walkOnOurs(definition: Definition, seed: string, input: JsonObject): Promise<Walk> {
  const db = new Database(':memory:');
  const store = new ExecutionStore(db);
  const path = recordPath(store);
  const tokens: { readonly token: string; readonly isSuccess: boolean }[] = [];
  let nowMs = Date.parse('2026-03-02T10:00:00Z');
  const play = new Play(definition, seed, () => nowMs);
  const call =
    (functionName: string): TaskFunction =>
    async (payload: never) => {
      const told = payload as JsonObject;
      const says = play.says({ functionName, payload: told });
      if (says.kind === 'throws') throw Object.assign(new Error(says.message), { name: says.name });
      if (says.token !== undefined && says.token !== 'times-out')
        tokens.push({ token: String(told['token']), isSuccess: says.token === 'succeeds' });
      return says.answer;
    };
  const machine = compileMachine(definition);
  const interpreter = new Interpreter({
    store,
    clock: { nowMs: () => nowMs, backOff: () => Promise.resolve() },
    machine: () => Promise.resolve(machine),
    functions: Object.fromEntries(['RunTouch', 'RegisterHold', 'MarkFailed'].map((name) => [name, call(name)])),
    concurrency: 1,
    onBroken: () => undefined,
  });
  await interpreter.start({ name: 'walk', journeyId: 'journey', version: 'v1', input });
  for (;;) {
    await interpreter.idle();
    const told = tokens.shift();
    const waking = interpreter.earliest();
    if (told?.isSuccess) await interpreter.succeed(told.token, {});
    else if (told) await interpreter.fail(told.token, 'EnrollmentEnded', 'It is over.');
    else if (waking) {
      nowMs = Math.max(nowMs, waking.wakeMs);
      await interpreter.wake('walk');
    } else break;
  }
  const { status } = store.get('walk')!;
  db.close();
  return { path: path(), calls: play.calls, happened: play.happened, status };
}

/** Each transition is written before the next one begins. */
function recordPath(store: ExecutionStore): () => readonly string[] {
  const entered: string[] = [];
  const note = ({ state, transitions }: { readonly state: string; readonly transitions: number }): void =>
    void (entered[transitions - 1] = state);
  const [insert, update] = [store.insert.bind(store), store.update.bind(store)];
  store.insert = (execution) => {
    note(execution);
    return insert(execution);
  };
  store.update = (execution) => {
    note(execution);
    update(execution);
  };
  return () => entered;
}
