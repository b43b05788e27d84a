import type { JsonObject } from '../../../core/json.ts';

/** The experiment whose winner those who come later get. */
export const letter = {
  experiment: 'letter',
  variants: [
    { id: 'plain', percent: 50, steps: [] },
    { id: 'fancy', percent: 50, steps: [] },
  ],
  winner: { by: 'goal', after: 'PT1H', least: 5 },
} as const;
const sent = (id: string): JsonObject => ({ id, send: { webhook: 'letter' } });

const every = { stage: 'retention', kind: 'transactional' };
const goal = { on: { event: 'Letter Answered' }, within: 'P2D' };
/** An hour after the Monday morning at which a week begins here. */
const schedule = { every: 'P1W', on: 'MO', at: '11:00', zone: 'UTC' };

/** A club whose members all get a letter each Monday, and of whom one gets a prize; and what is asked of the world for it. */
export const clubDocuments: { readonly [file: string]: string | JsonObject } = {
  'segments/club.segment.json': { id: 'club', name: 'Members of the club', when: { trait: 'club', is: true } },
  'coupons/gift.coupon.json': {
    id: 'gift',
    name: 'A gift for members',
    codes: Array.from({ length: 400 }, (_, index) => `GIFT-${index}`),
  },
  'tables/near.csv': 'city,name\nriga,Harbour\n',
  'templates/score/webhook.json': { url: 'https://desk.harbourandpine.example/score', body: {} },
  'templates/letter/webhook.json': {
    url: 'https://desk.harbourandpine.example/call-list',
    body: {
      code: "{{ coupon.code | default: 'none' }}",
      score: "{{ journey.score | default: 'none' }}",
      near: "{{ journey.near.name | default: 'none' }}",
    },
  },
  'journeys/club-letter.journey.json': {
    ...every,
    id: 'club-letter',
    name: 'Club: a letter for everybody',
    entry: { on: { schedule, segment: 'club' } },
    goal,
    steps: [
      { id: 'gift', coupon: { pool: 'gift', as: 'code' } },
      { id: 'near', lookup: 'near', by: 'profile.traits.city', save: 'near' },
      { id: 'score', call: { webhook: 'score', save: { score: 'score' } } },
      {
        id: 'letter',
        ...letter,
        variants: letter.variants.map(({ id, percent }) => ({ id, percent, steps: [sent(id)] })),
      },
    ],
  },
  'journeys/club-prize.journey.json': {
    ...every,
    id: 'club-prize',
    name: 'Club: a prize for the best',
    entry: { on: { schedule, segment: 'club' }, limit: { atMost: 1, per: 'P1W', by: 'profile.traits.points' } },
    steps: [{ id: 'soon', wait: 'PT30M' }, sent('prize'), { id: 'keep', wait: 'P30D' }],
  },
  'journeys/club-trial.journey.json': {
    ...every,
    id: 'club-trial',
    name: 'Club: letters before there was one',
    entry: { on: { event: 'Letter Asked' }, again: 'always' },
    goal,
    steps: [{ id: 'letter', ...letter }],
  },
};
