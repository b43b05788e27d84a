import { isThing, placesIn, textOf, type DocumentSet, type Part, type Place, type Thing } from './document-set.ts';
import {
  at,
  change,
  condition,
  expectedAt,
  replace,
  rewrite,
  step,
  thingAt,
  without,
  type Expected,
  type Operator,
  type Operators,
} from './mutate.ts';

const workspace = 'workspace.json';
const first = 'journeys/journey-0.journey.json';
const segment = 'segments/segment-0.segment.json';
const lastJourney = (set: DocumentSet): string =>
  [...set.keys()].filter((path) => path.startsWith('journeys/')).at(-1)!;

/** Writes into the object at a path of a file; the problem stands at `path` below it. */
const put =
  (
    file: string | ((set: DocumentSet) => string),
    owner: Place['path'],
    more: Thing,
    path: Place['path'] = Object.keys(more),
  ): Operator =>
  (set) => {
    const name = typeof file === 'string' ? file : file(set);
    Object.assign(thingAt(set, name, owner), more);
    return expectedAt(set, name, [...owner, ...path]);
  };
/** Writes keys into a step. */
const inStep = (kind: string, more: Thing, path: Place['path'] = Object.keys(more)): Operator =>
  change(step(kind), (thing) => void Object.assign(thing, structuredClone(more)), path);
/** Writes a key into what a step says under its kind. */
const inside = (kind: string, more: Thing): Operator =>
  change(
    ({ path, value }) => path.at(-1) === kind && isThing(value) && typeof path.at(-2) === 'number',
    (thing) => void Object.assign(thing, more),
    Object.keys(more),
  );

/** Puts steps before all others of a journey. */
function prepend(set: DocumentSet, file: string, ...steps: readonly Part[]): void {
  const journey = thingAt(set, file);
  journey['steps'] = [...steps, ...(journey['steps'] as Part[])];
}
const beginning =
  (file: (set: DocumentSet) => string, added: Part, path: Place['path']): Operator =>
  (set) => {
    const name = file(set);
    prepend(set, name, added);
    return expectedAt(set, name, ['steps', 0, ...path]);
  };

const experimentOfAnother: Operator = (set) => {
  const found = placesIn(set).filter(step('experiment'));
  const [one, two] = [found[0], found.at(-1)];
  if (!one || !two || one === two || !isThing(one.value) || !isThing(two.value)) return undefined;
  two.value['experiment'] = one.value['experiment']!;
  (two.value['variants'] as Thing[])[0]!['id'] = 'another';
  return expectedAt(set, two.file, [...two.path, 'experiment']);
};
const idOfAnother: Operator = (set, random) => {
  const steps = placesIn(set).filter((place) => place.file === first && step('id')(place));
  const later = random.pick(steps.filter(({ value }, index) => index > 0 && isThing(value) && 'wait' in value));
  const earlier = steps[0]?.value;
  if (!later || !isThing(later.value) || !isThing(earlier)) return undefined;
  later.value['id'] = earlier['id']!;
  return expectedAt(set, first, [...later.path, 'id']);
};
/** Exchanges a lookup with the step that reads its row. */
const readTooEarly: Operator = (set) => {
  const list = thingAt(set, first)['steps'] as Part[];
  const index = list.findIndex((one) => isThing(one) && 'lookup' in one);
  [list[index], list[index + 1]] = [list[index + 1]!, list[index]!];
  return expectedAt(set, first, ['steps', index, 'branch', 0, 'when', 'value']);
};
/** Lets a condition ask for an event. */
const asksFor = (name: string): Operator =>
  change(
    (place) =>
      condition('didNot')(place) || condition('last')(place) || condition('first')(place) || condition('sum')(place),
    (thing) => {
      const key = ['didNot', 'last', 'first', 'did'].find((one) => one in thing)!;
      delete thing[key];
      delete thing['where'];
      delete thing['sum'];
      const rest = { ...thing };
      for (const name of Object.keys(thing)) delete thing[name];
      Object.assign(thing, { did: name }, 'within' in rest ? { within: rest['within'] } : {});
    },
    ['did'],
  );
const asksForDeprecated: Operator = (set, random) => {
  set.set('events/old-cart.event.json', { id: 'old-cart', name: 'Old Cart', deprecated: 'Use Cart Filled.' });
  return asksFor('Old Cart')(set, random);
};
const eventOfAnother: Operator = (set) => {
  const [, other] = [...set].find(([file]) => file.startsWith('events/')) ?? [];
  if (!isThing(other)) return undefined;
  set.set('events/zz.event.json', { id: 'zz', name: other['name']! });
  return expectedAt(set, 'events/zz.event.json', ['name']);
};
const endTooEarly: Operator = (set, random) => {
  const list = thingAt(set, first)['steps'] as Part[];
  const index = random.below(list.length - 1);
  list.splice(index, 0, { end: true });
  return expectedAt(set, first, ['steps', index + 1]);
};
const twoInADay: Operator = (set) => {
  Object.assign(thingAt(set, workspace, ['frequencyCaps', 0]), { atMost: 1 });
  prepend(set, first, { send: { email: 'hello' } }, { wait: 'PT1H' }, { send: { push: 'hello' } });
  return expectedAt(set, first, ['steps']);
};
const noConversion: Operator = (set) => {
  thingAt(set, workspace)['conversion'] = [];
  for (const { value } of placesIn(set)) {
    if (!isThing(value)) continue;
    if ('steps' in value && 'stage' in value) value['kind'] = 'lifecycle';
    if (value['use'] === 'acquisition') value['use'] = 'seed';
  }
  return put(first, [], { kind: 'acquisition' })(set, never);
};
const never = {
  below: () => 0,
  pick: <T>(of: readonly T[]): T => of[0]!,
  shuffled: <T>(of: readonly T[]): T[] => [...of],
};
const keyed: Operator = (set) => {
  delete thingAt(set, first, ['entry'])['key'];
  return put(first, ['exit', 0, 'on'], { key: 'properties.cartId' })(set, never);
};
const endless: Operator = (set) => {
  const file = lastJourney(set);
  thingAt(set, file)['entry'] = { on: { event: 'Ping' }, again: 'always' };
  return beginning(() => file, { emit: { event: 'Ping' } }, ['emit', 'event'])(set, never);
};
const swallowed: Operator = (set) => {
  Object.assign(thingAt(set, first), { kind: 'lifecycle', exit: [{ on: { event: 'Cart Cleared' } }] });
  return expectedAt(set, first, ['exit', 0]);
};
const ofOneLanguage: Operator = (set) => {
  const mail = set.get('templates/hello/email.mjml')!;
  set.delete('templates/hello/email.mjml');
  set.set('templates/hello/email.lv.mjml', mail);
  return { file: 'templates/hello/email.lv.mjml', line: 1 };
};
const withoutGoal: Operator = (set, random) => {
  delete thingAt(set, first)['goal'];
  return change(
    (place) => place.file === first && place.path.at(-1) === 'winner',
    (thing) => {
      thing['by'] = 'goal';
    },
    ['by'],
  )(set, random);
};
const withoutPush: Operator = (set, random): Expected | undefined => {
  delete thingAt(set, workspace, ['sender'])['push'];
  const place = random.pick(placesIn(set).filter(({ path, value }) => path.at(-1) === 'push' && value === 'hello'));
  return place && expectedAt(set, place.file, place.path);
};
const holiday: Operator = (set) => {
  const file = lastJourney(set);
  thingAt(set, file)['entry'] = { on: { date: { holiday: 'new-yaer' }, at: '10:00' } };
  return expectedAt(set, file, ['entry', 'on', 'date', 'holiday']);
};
const otherCoupon: Operator = (set, random) => {
  set.set(
    'templates/gift/email.mjml',
    textOf(set.get('templates/gift/email.mjml')!).replace('coupon.code', 'coupon.gift'),
  );
  const place = random.pick(placesIn(set).filter(({ path, value }) => path.at(-1) === 'email' && value === 'gift'));
  return place && expectedAt(set, place.file, place.path);
};
const sameWay: Operator = (set, random) => {
  const found = placesIn(set).filter(
    ({ path, value }) => path.at(-1) === 'branch' && Array.isArray(value) && value.length > 1,
  );
  const place = random.pick(found);
  if (!place) return undefined;
  const [one, two] = place.value as Thing[];
  two!['when'] = structuredClone(one!['when']!);
  return expectedAt(set, place.file, [...place.path, 1, 'when']);
};
/** A `where` of the exit, with one test on it. */
const exitTest = (tests: Thing): Operator => put(first, ['exit', 0, 'on', 'where'], tests, Object.keys(tests));
const unreadable: Operator = (set) => {
  thingAt(set, first, ['exit', 0, 'on'])['where'] = { total: { above: 5, below: 1 } };
  return expectedAt(set, first, ['exit', 0]);
};
const textForNumber: Operator = (set) => {
  thingAt(set, first, ['exit', 0, 'on'])['where'] = { total: { is: 'five' } };
  return expectedAt(set, first, ['exit', 0, 'on', 'where', 'total', 'is']);
};
const misspelt = (kind: string, key: string, to: string): Operator => inside(kind, { [key]: to });
const column = replace(({ value }) => value === 'journey.near.neighbour', 'journey.near.nieghbour');

/** One mistake for each rule about what documents mean. */
export const checkOperators: Operators = {
  'acquisition-without-conversion': noConversion,
  'computed-trait-set': change(
    step('update'),
    (thing) => {
      thing['update'] = { traits: { orders: 3 } };
    },
    ['update', 'traits', 'orders'],
  ),
  'coupon-not-taken': otherCoupon,
  'deprecated-event': asksForDeprecated,
  'duplicate-code': replace(at('coupons/spring.coupon.json', 'codes', 2), 'SPRING-1'),
  'duplicate-event': eventOfAnother,
  'duplicate-experiment': experimentOfAnother,
  'duplicate-id': idOfAnother,
  'empty-journey': put(lastJourney, [], { steps: [] }),
  'empty-repeat': inside('repeat', { steps: [] }),
  'empty-window': put(workspace, ['quietHours', 'sms'], { to: '21:00' }),
  'everybody-held-out': replace(at('journeys', 'holdout'), 100),
  'exit-never-fires': unreadable,
  'file-name': replace(at('events', 'id'), 'another'),
  'goal-swallowed': swallowed,
  'key-without-entry-key': keyed,
  'long-wait': replace(({ path, value }) => path.at(-1) === 'wait' && typeof value === 'string', 'P2Y'),
  'missing-again': without(at(first, 'entry'), 'again'),
  'missing-default': change(
    ({ value }) => isThing(value) && Array.isArray(value['branch']) && value['branch'].length > 1,
    (thing) => {
      delete thing['otherwise'];
    },
  ),
  'missing-language': ofOneLanguage,
  'missing-subject': rewrite('templates/hello/email.mjml', (text) => text.replace('subject: Hello\n', ''), 1),
  'missing-within': change(
    ({ path, value }) => path.at(-1) === 'wait' && isThing(value) && value['until'] === 'best-time',
    (thing) => {
      delete thing['within'];
    },
  ),
  'mutual-start': beginning(lastJourney, { start: 'journey-0' }, ['start']),
  'never-passes': change(
    (place) => condition('below')(place),
    (thing) => {
      thing['below'] = -1;
    },
  ),
  'never-true': put(segment, [], { when: { any: [] } }, ['when', 'any']),
  'no-sender': withoutPush,
  'no-unsubscribe': rewrite('templates/hello/email.mjml', (text) => text.replace('links.unsubscribe', 'links.home'), 1),
  'past-instant': replace(
    ({ path, value }) => path.at(-1) === 'until' && typeof value === 'string' && value.startsWith('20'),
    '2020-01-01T00:00Z',
  ),
  'rank-without-schedule': put(first, ['entry'], { limit: { atMost: 5, per: 'P1D', by: 'profile.traits.score' } }, [
    'limit',
    'by',
  ]),
  'read-before-saved': readTooEarly,
  'segment-cycle': put(segment, [], { when: { segment: 'segment-0' } }, ['when', 'segment']),
  'short-cascade': inStep('cascade', { cascade: [{ push: 'hello' }] }),
  'single-variant': change(
    step('experiment'),
    (thing) => {
      thing['variants'] = [{ ...(thing['variants'] as Thing[])[0]!, percent: 100 }];
    },
    ['variants'],
  ),
  'sms-without-quiet-hours': change(at(workspace, 'quietHours'), (thing) => {
    delete thing['sms'];
  }),
  'too-many-messages': twoInADay,
  'trait-cycle': replace(at('traits/basket.trait.json', 'ratio', 'to'), 'basket'),
  'trait-type': change(
    step('update'),
    (thing) => {
      thing['update'] = { traits: { score: 'low' } };
    },
    ['update', 'traits', 'score'],
  ),
  'unbounded-loop': endless,
  'unknown-audience': misspelt('audience', 'add', 'lokers'),
  'unknown-codes-file': replace(at('coupons/autumn.coupon.json', 'codes'), 'autum.txt'),
  'unknown-column': column,
  'unknown-coupon-pool': misspelt('coupon', 'pool', 'sprng'),
  'unknown-event': asksFor('Ordr Completed'),
  'unknown-holiday': holiday,
  'unknown-journey': inStep('start', { start: 'jorney-1' }),
  'unknown-property': exitTest({ totl: { above: 3 } }),
  'unknown-saved-name': replace(({ value }) => value === 'journey.near.neighbour', 'journey.naer.neighbour'),
  'unknown-segment': replace(({ path, value }) => path.at(-1) === 'segment' && typeof value === 'string', 'segmnt'),
  'unknown-sent-step': misspelt('waitFor', 'of', 'nobody'),
  'unknown-table': inStep('lookup', { lookup: 'neigbours' }),
  'unknown-template': replace(({ path, value }) => path.at(-1) === 'email' && value === 'hello', 'helo'),
  'unknown-trait-value': put(segment, [], { when: { trait: 'usage', is: 'hevy' } }, ['when', 'is']),
  'unknown-topic': replace(({ file, path }) => file.startsWith('journeys/') && path.at(-1) === 'topic', 'ofers'),
  'unreachable-step': endTooEarly,
  'unreachable-way': sameWay,
  'unused-document': (set) => {
    set.set('tables/other.csv', 'key,value\na,b\n');
    return { file: 'tables/other.csv', line: 1 };
  },
  'unused-saved-name': change(
    (place) => step('then')(place),
    (thing) => {
      thing['save'] = 'answer';
    },
    ['save'],
  ),
  'value-outside-journey': put(segment, [], { when: { value: 'profile.traits.score', above: 1 } }, ['when', 'value']),
  'variant-total': change(step('experiment'), (thing, random) => {
    (thing['variants'] as Thing[])[0]!['percent'] = 95 + random.below(5);
  }),
  'window-over-retention': put(segment, [], { when: { didNot: 'Cart Cleared', within: 'P500D' } }, ['when', 'within']),
  'winner-without-measure': withoutGoal,
  'wrong-property-type': textForNumber,
  'repeated-kind': put(workspace, [], { identity: { order: ['card', 'email', 'card'] } }, ['identity', 'order', 2]),
  'zero-cap': put(workspace, ['frequencyCaps', 0], { atMost: 0 }),
  'zero-wait': replace(({ path, value }) => path.at(-1) === 'wait' && typeof value === 'string', 'PT0S'),
};
