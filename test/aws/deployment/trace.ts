import type { JsonObject } from '../../../core/json.ts';

/** One of the two homes, as a script sees it. */
export interface Runner {
  readonly post: (path: string, body: object, isServer: boolean) => Promise<number>;
  /** Lets everything happen that is due by then, and everything it causes. */
  readonly windTo: (ms: number) => Promise<void>;
  /** Likewise of all that is due before then: what arrives at that instant comes before its timers. */
  readonly windBefore: (ms: number) => Promise<void>;
  /** What a request of the management API is answered. */
  readonly read: (path: string) => Promise<JsonObject>;
  readonly list: (path: string) => Promise<readonly JsonObject[]>;
}
/** What was decided: of every delivery, enrollment and person, all that the management API tells. */
export interface Trace {
  readonly deliveries: readonly JsonObject[];
  readonly enrollments: readonly JsonObject[];
  readonly people: readonly JsonObject[];
}

const byId = (name: string) => (a: JsonObject, b: JsonObject) => (String(a[name]) < String(b[name]) ? -1 : 1);

/** All pages of a list. */
export async function traceOf(
  { list }: Runner,
  journeys: readonly string[],
  userIds: readonly string[],
): Promise<Trace> {
  const of = async (paths: readonly string[]): Promise<readonly JsonObject[]> =>
    (await Promise.all(paths.map((path) => list(path)))).flat();
  const enrollments = await of(journeys.map((id) => `/api/journeys/${id}/enrollments`));
  const people = await of(userIds.map((userId) => `/api/profiles?userId=${userId}`));
  return {
    deliveries: (await of(journeys.map((id) => `/api/deliveries?journeyId=${id}`))).toSorted(byId('deliveryId')),
    enrollments: enrollments.toSorted(byId('enrollmentId')),
    // How many commits it took is a home's own affair.
    people: people.map(({ version: _, ...rest }) => rest).toSorted(byId('profileId')),
  };
}
