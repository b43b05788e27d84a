import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { documentsOfPreset, presetIds, presetsFolder } from '../../cli/preset.ts';
import type { JsonObject } from '../../core/json.ts';
import { checkDocuments } from '../../core/journey/check.ts';
import { anIdentify, aTrack, aWorkspace, TestHome } from '../builders.ts';

let home: TestHome;
afterEach(() => home.close());

/** A home with the documents of one preset alone, as somebody would add them. */
function open(id: string, start = '2026-03-02T10:00:00Z'): void {
  const files = documentsOfPreset(id).map((path) => ({
    path,
    text: readFileSync(join(presetsFolder, id, path), 'utf8'),
  }));
  const workspace = { path: 'workspace.json', text: JSON.stringify(aWorkspace()) };
  home = new TestHome({ ...checkDocuments([workspace, ...files]).documents!, startMs: Date.parse(start) });
}
const does = (name: string, properties: JsonObject = {}) => home.accept(aTrack(name, properties));
const is = async (): Promise<readonly string[]> => Object.keys((await home.profile()).segments).toSorted();
async function often(times: number, every: string, name: string, properties: JsonObject = {}): Promise<void> {
  for (let count = 0; count < times; count++) {
    await does(name, properties);
    if (count < times - 1) await home.wind(every);
  }
}

const stories: { readonly [id: string]: () => Promise<void> } = {
  'usage-level': async () => {
    await does('Order Completed');
    expect(await is()).toEqual(['light-users']);
    await often(2, 'P10D', 'Order Completed');
    expect(await is()).toEqual(['medium-users']);
    await often(3, 'P10D', 'Order Completed');
    expect(await is()).toEqual(['heavy-users']);
    await home.wind('P340D');
    expect(await is()).toEqual(['medium-users']);
    await home.wind('P30D');
    expect(await is()).toEqual([]);
  },
  satisfaction: async () => {
    await does('Survey Answered', { kind: 'nps', score: 9 });
    expect(await is()).toEqual(['promoters']);
    await does('Survey Answered', { kind: 'csat', score: 2 });
    expect(await is()).toEqual(['promoters', 'unhappy']);
    await home.wind('P1D');
    await does('Survey Answered', { kind: 'csat', score: 5 });
    await does('Survey Answered', { kind: 'nps', score: 8 });
    expect(await is()).toEqual([]);
    await often(3, 'P1D', 'Order Completed');
    await does('Order Refunded');
    expect(await is()).toEqual(['unhappy']);
    await often(3, 'P1D', 'Order Completed');
    expect(await is()).toEqual([]);
    await often(2, 'P1D', 'Problem Reported');
    expect(await is()).toEqual(['unhappy']);
    await home.wind('P90D');
    expect(await is()).toEqual([]);
    await does('Complaint Made');
    expect(await is()).toEqual(['unhappy']);
    await home.wind('P90D');
    expect(await is()).toEqual([]);
  },
  occasions: async () => {
    await home.accept(anIdentify({ birthday: '1990-03-12', country: 'LV' }));
    expect(await is()).toEqual([]);
    await home.wind('P4D');
    expect(await is()).toEqual(['birthday-soon']);
    await home.wind('P8D');
    await does('Order Completed');
    expect(await is()).toEqual([]);
    await home.wind('P101D');
    expect(await is()).toEqual(['hundred-days']);
    await home.wind('P7D');
    expect(await is()).toEqual([]);
    await home.wind('P181D');
    expect(await is()).toEqual(['new-year-soon']);
    await home.wind('P77D');
    expect(await is()).toEqual(['anniversary']);
  },
  'time-to-buy': async () => {
    await home.wind('P5DT9H');
    await often(2, 'P7D', 'Order Completed');
    expect(await is()).toEqual([]);
    await home.wind('P7D');
    await does('Order Completed');
    expect(await is()).toEqual(['evening-buyers', 'weekend-buyers']);
    await home.wind('P2DT14H');
    await often(4, 'P7D', 'Order Completed');
    expect(await is()).toEqual([]);
  },
  'channel-and-device': async () => {
    await does('Email Clicked');
    await often(2, 'P1D', 'Screen Viewed');
    expect(await is()).toEqual(['answers-by-email', 'app-people']);
    await often(2, 'P1D', 'SMS Replied');
    expect(await is()).toEqual(['app-people']);
    await home.wind('P90D');
    expect(await is()).toEqual([]);
    // Clicks and replies of one channel count together: three by email, then four by SMS.
    await often(2, 'P1D', 'Email Clicked');
    expect(await is()).toEqual(['answers-by-email']);
    await often(2, 'P1D', 'SMS Clicked');
    expect(await is()).toEqual([]);
  },
  engagement: async () => {
    const answers = { email: 'Email Opened', push: 'Push Clicked', sms: 'SMS Clicked' };
    const words = { email: 'Email', push: 'Push', sms: 'SMS' };
    for (const channel of ['email', 'push', 'sms'] as const) {
      const only = async () => (await is()).filter((id) => id.startsWith(channel));
      await often(4, 'P1D', `${words[channel]} Delivered`);
      expect(await only()).toEqual([]);
      await does(`${words[channel]} Delivered`);
      expect(await only()).toEqual([`${channel}-never-engaged`]);
      await does(answers[channel], { isMachine: true });
      expect(await only()).toEqual([`${channel}-never-engaged`]);
      await does(answers[channel], { isMachine: false });
      expect(await only()).toEqual([`${channel}-engaged`]);
      await home.wind('P90D');
      expect(await only()).toEqual([`${channel}-sleeping`]);
      await does(answers[channel], { isMachine: true });
      expect(await only()).toEqual([`${channel}-sleeping`]);
      await does(answers[channel]);
      expect(await only()).toEqual([`${channel}-engaged`]);
    }
  },
  'single-category': async () => {
    const kitchen = { products: [{ category: 'Kitchen' }] };
    // Orders that name no category say nothing of one.
    await often(2, 'P1D', 'Order Completed', { products: [{ sku: 'A1' }] });
    expect(await is()).toEqual([]);
    await does('Order Completed', kitchen);
    expect(await is()).toEqual([]);
    await does('Order Completed', kitchen);
    expect(await is()).toEqual(['single-category']);
    await does('Order Completed', { products: [{ category: 'Bath' }] });
    expect(await is()).toEqual([]);
  },
  'look-alike-seed': async () => {
    await does('Order Completed', { total: 200 });
    await home.wind('P30D');
    await does('Order Completed', { total: 150 });
    const seeds = async () => Object.keys((await home.profile()).audiences);
    expect([await is(), await seeds()]).toEqual([['best-by-value'], ['seed-by-value']]);
    await home.wind('P180D');
    expect([await is(), await seeds()]).toEqual([['best-by-value'], []]);
    await home.wind('P160D');
    expect(await is()).toEqual([]);
  },
  'at-risk': async () => {
    await often(3, 'P7D', 'Order Completed');
    await home.wind('P13D');
    expect(await is()).toEqual([]);
    await home.wind('P1D');
    expect(await is()).toEqual(['at-risk']);
    await home.wind('P14D');
    expect(await is()).toEqual(['probably-lost']);
    await does('Order Completed');
    expect(await is()).toEqual([]);
    // The rhythm is slower now: four orders in six weeks.
    await home.wind('P15D');
    expect(await is()).toEqual([]);
  },
  personas: async () => {
    await often(8, 'PT1H', 'Product Viewed');
    expect(await is()).toEqual(['persona-researcher']);
    await does('Order Completed', { coupon: 'TEN' });
    await does('Coupon Applied');
    expect(await is()).toEqual(['persona-bargain-hunter']);
    await often(4, 'P20D', 'Order Completed', { gift: true });
    // One order of five with a coupon; gifts are three fourths of that persona, orders all of this one.
    expect(await is()).toEqual(['persona-regular']);
    await does('Product Added to Wishlist');
    // As whole as the regular, and with less weight.
    expect(await is()).toEqual(['persona-regular']);
    await home.wind('P310D');
    // The first order is over a year ago, and the rhythm alone is too little: gifts of four are left.
    await does('Product Added to Wishlist');
    expect(await is()).toEqual(['persona-gift-giver']);
    await home.wind('P90D');
    expect(await is()).toEqual([]);
  },
  rfm: async () => {
    const buys = async (userId: string, times = 1): Promise<void> => {
      for (let count = 0; count < times; count++)
        await home.accept(aTrack('Order Completed', { total: 10 }, { userId }));
    };
    // Who never buys is compared with nobody.
    await home.accept(aTrack('Product Viewed', {}, { userId: 'visitor' }));
    for (const [index, userId] of ['d', 'c', 'b', 'a'].entries()) {
      await buys(userId, index + 1);
      await home.wind('P10D');
    }
    // Later than all others, and more often: a champion at once, by the table of the night before.
    await buys('u1', 5);
    expect(await is()).toEqual(['rfm-champions']);
    // One day makes everybody older; nobody is less than they were.
    await home.wind('P1D');
    expect(await is()).toEqual(['rfm-champions']);
    // The others buy on, and time alone takes this one back, from night to night.
    const ways: string[] = [];
    for (const userId of ['d', 'c', 'b', 'a']) {
      await buys(userId);
      await home.wind('P1D');
      ways.push((await is()).join());
    }
    expect(ways).toEqual(['rfm-loyal-customers', 'rfm-loyal-customers', 'rfm-cannot-lose-them', 'rfm-at-risk']);
    await buys('u1', 2);
    expect(await is()).toEqual(['rfm-champions']);
    expect(Object.keys((await home.profile('userId:visitor')).segments)).toEqual([]);
  },
  'income-by-device': async () => {
    await often(2, 'P1D', 'Screen Viewed', { deviceTier: 'high' });
    expect(await is()).toEqual(['dear-device']);
    await often(3, 'P1D', 'Screen Viewed', { deviceTier: 'basic' });
    expect(await is()).toEqual([]);
  },
};

describe('presets, lived through', () => {
  it('have a story each', () => {
    open('usage-level');
    expect(Object.keys(stories).toSorted()).toEqual(presetIds());
  });
  it.each(Object.keys(stories))('%s: people come and go by what they do and by time', async (id) => {
    open(id);
    await stories[id]!();
  });
});
