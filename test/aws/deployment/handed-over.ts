import { operationOf } from './fault-plan.ts';
import type { Call } from './wire.ts';

/** Operations that hand a message over: what became of one that is not answered is unknown, and it is never sent again. */
const handOvers = new Set([
  'POST /v2/email/outbound-emails',
  'SendTextMessage',
  'Publish',
  'POST /call-list',
  'POST /web-push',
]);
/** Whether a call of this site hands a message over. */
export const isHandOver = (site: string): boolean => handOvers.has(operationOf(site));

/** What was handed over more than once, of all that came to a provider. */
export function handedTwice(arrived: readonly Call[]): readonly string[] {
  const ids = arrived.filter(({ operation }) => handOvers.has(operation)).map(messageOf);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}

/** What tells one message from another: our id of the delivery, in whatever form it is told. */
function messageOf({ service, operation, path, headers, body }: Call): string {
  // What a browser is pushed cannot be read: here each has but one.
  if (operation === 'POST /web-push') return path;
  if (service === 'outside') return String(headers['sojourn-delivery']);
  const text = body.toString('utf8');
  const said = service === 'sns' ? (new URLSearchParams(text).get('Message') ?? '') : text;
  const [, id] = /deliveryId\W+(?:Value\W+)?([\w.~-]+)/.exec(said) ?? [];
  if (id === undefined) throw new RangeError(`No delivery is named: ${said.slice(0, 200)}`);
  return `${operation} ${id}`;
}
