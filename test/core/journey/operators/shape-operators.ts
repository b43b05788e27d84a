import { isThing, partAt, placesIn, type Part } from './document-set.ts';
import {
  at,
  change,
  condition,
  expectedAt,
  rename,
  replace,
  step,
  without,
  type Operator,
  type Operators,
} from './mutate.ts';

const workspace = 'workspace.json';
const text = (key: string, value: Part, ...path: (string | number)[]): Operator =>
  change(
    at(workspace, ...path),
    (thing) => {
      thing[key] = value;
    },
    [key],
  );
const inStep = (kind: string, value: Part): Operator =>
  change(
    step(kind),
    (thing) => {
      thing[kind] = value;
    },
    [kind],
  );
const inCondition = (kind: string, key: string, value: Part): Operator =>
  change(
    condition(kind),
    (thing) => {
      thing[key] = value;
    },
    [key],
  );
/** A wait that has a key. */
const waiting =
  (key: string) =>
  ({ path, value }: { path: readonly (string | number)[]; value: Part }): boolean =>
    path.at(-1) === 'wait' && isThing(value) && key in value;
/** Nested deeper than anybody could follow; the line is that of the hundred and first bracket. */
const tooDeep: Operator = (set) => {
  const file = 'segments/segment-0.segment.json';
  let when: Part = { did: 'Order Completed' };
  for (let depth = 0; depth < 120; depth++) when = { not: when };
  set.set(file, { id: 'segment-0', name: 'Segment 0', when });
  // The document is the first level, its condition on line 4 the second: line 4 + 99 opens the 101st.
  return { file, line: 103 };
};
const deeper: Operator = (set) => {
  const [place] = placesIn(set).filter(
    ({ file, path }) => file === 'journeys/journey-0.journey.json' && path.join('/') === 'entry/on',
  );
  if (!place || !isThing(place.value)) return undefined;
  place.value['api'] = true;
  return expectedAt(set, place.file, [...place.path, 'api']);
};

/** A rule that is none, with the key that is wrong with it. */
const rule =
  (key: string, value: Part): Operator =>
  (set) => {
    set.set('rules.json', { rules: [{ id: 'few', sends: {}, within: 'P1D', ...(isThing(value) ? value : {}) }] });
    return expectedAt(set, 'rules.json', ['rules', 0, key]);
  };

/** One mistake for each code that the shape of a document can have. */
export const shapeOperators: Operators = {
  'ambiguous-condition': inCondition('didNot', 'segment', 'segment-0'),
  'ambiguous-count': change(condition('did'), (thing) => {
    delete thing['sum'];
    Object.assign(thing, { atLeast: 1, exactly: 2 });
  }),
  'ambiguous-key': change(
    ({ path, value }) => path.at(-1) === 'waitFor' && isThing(value),
    (thing) => {
      thing['when'] = { did: 'Order Completed' };
    },
  ),
  'ambiguous-rule': rule('nothing', { atMost: 2, nothing: true }),
  'ambiguous-send': change(
    ({ path, value }) => path.at(-1) === 'send' && isThing(value) && 'email' in value,
    (thing) => {
      thing['sms'] = 'hello';
    },
  ),
  'ambiguous-step': change(
    step('update'),
    (thing) => {
      thing['end'] = true;
    },
    ['end'],
  ),
  'ambiguous-trait': change(
    at('traits/orders.trait.json'),
    (thing) => {
      thing['daysSince'] = 'Order Completed';
    },
    ['daysSince'],
  ),
  'ambiguous-trigger': deeper,
  'bad-address': text('from', 'hello at shop.example', 'sender', 'email'),
  'bad-code': replace(at('coupons/spring.coupon.json', 'codes', 1), 'SPRING 2'),
  'bad-count': change(
    ({ path, value }) => path.at(-1) === 'repeat' && isThing(value),
    (thing) => {
      thing['times'] = 1.5;
    },
    ['times'],
  ),
  'bad-country': replace(at('calendars/LV.json', 'id'), 'Latvia'),
  'bad-currency': text('currency', 'euro'),
  'bad-date': replace(at('calendars/LV.json', 'holidays', 'easter', 0), '2026-02-30'),
  'bad-day': change(
    waiting('on'),
    (thing) => {
      thing['on'] = 'Tue';
    },
    ['on'],
  ),
  'bad-duration': inStep('wait', 'three days'),
  'bad-id': change(
    step('wait'),
    (thing) => {
      thing['id'] = 'a pause';
    },
    ['id'],
  ),
  'bad-instant': replace(
    ({ path, value }) => path.at(-1) === 'until' && typeof value === 'string' && value.startsWith('20'),
    '2027-06-09T18:00',
  ),
  'bad-locale': text('locale', 'English, please'),
  'bad-path': inCondition('trait', 'trait', 'address..city'),
  'bad-pattern': inCondition('matches', 'matches', '(g'),
  'bad-percent': text('holdout', 120),
  'bad-time': text('from', '25:00', 'quietHours', 'sms'),
  'bad-zone': text('timeZone', 'Europe/Rigga'),
  'empty-list': inStep('cascade', []),
  'missing-channel': inStep('send', {}),
  'missing-condition': change(
    ({ path, value }) => path.at(-2) === 'branch' && isThing(value),
    (thing) => {
      delete thing['when'];
    },
  ),
  'missing-key': without(step('waitFor'), 'within'),
  'missing-postal-address': without(at(workspace, 'sender', 'email'), 'postalAddress'),
  'missing-test': change(condition('trait'), (thing) => {
    for (const key of Object.keys(thing)) if (key !== 'trait') delete thing[key];
  }),
  'too-deep': tooDeep,
  'unknown-condition': rename(condition('did'), 'did', 'dit'),
  'unknown-key': change(
    step('id'),
    (thing) => {
      thing['colour'] = 'red';
    },
    ['colour'],
  ),
  'unknown-rule': rule('atmost', { atmost: 2 }),
  'unknown-stage': replace(at('journeys', 'stage'), 'comparision'),
  'unknown-step': rename(step('update'), 'update', 'updaet'),
  'unknown-trait': rename(at('traits/spent.trait.json'), 'sum', 'smu'),
  'unknown-trigger': (set) => {
    const file = 'journeys/journey-0.journey.json';
    const on = partAt(set, file, ['entry', 'on']);
    if (!isThing(on)) return undefined;
    on['evnt'] = on['event']!;
    delete on['event'];
    return expectedAt(set, file, ['entry', 'on', 'evnt']);
  },
  'unknown-value': replace(at('journeys', 'kind'), 'lifecylce'),
  'wrong-type': inStep('wait', 7),
};
