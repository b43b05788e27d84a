import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story, type About, type Person } from './story.ts';

// Monday, 2 March 2026, noon in Riga; the trial ends on 1 April at one, by summer time.
let story: Story;
beforeAll(async () => void (story = await Story.begin('2026-03-02T10:00:00Z')));
afterAll(() => story.end());

async function beginTrial(name: string, about: About): Promise<Person> {
  const person = await story.meet(name, about);
  await person.becomes({ trialEndsAt: '2026-04-01T10:00:00Z' });
  await person.does('Trial Started', { plan: 'Pier Club', monthlyPrice: 3.9, currency: 'EUR' });
  return person;
}
const useIt = (person: Person): Promise<void> => person.does('Club Benefit Used', { benefit: 'free delivery' });

describe('trial to paid: thirty days in the Pier Club', () => {
  let [ana, ben, olga, dan, eva]: Person[] = [];
  beforeAll(async () => {
    const gift = { drawn: story.meetsVariant('club-ending', 'month-free') };
    ana = await beginTrial('ana', { firstName: 'Ana', hasApp: true });
    ben = await beginTrial('ben', { firstName: 'Ben', phone: '+37120000001', ...gift });
    olga = await beginTrial('olga', { firstName: 'Ольга', language: 'ru-LV', phone: '+37120000002', ...gift });
    dan = await beginTrial('dan', gift);
    eva = await beginTrial('eva', gift);
    for (const one of [ana, ana]) {
      await story.later('P2D');
      await useIt(one);
    }
    await dan.does('Trial Cancelled');
    await story.until('2026-03-30T18:00:00Z');
    await ana.does('Subscription Started', { plan: 'Pier Club' });
    await eva.becomes({ trialEndsAt: '2026-04-11T10:00:00Z' });
    await story.until('2026-04-20T10:00:00Z');
  });

  it('only reminds Ana, who uses the club, and falls silent when she stays', async () => {
    expect(await ana!.received()).toEqual([
      '2026-03-02 12:00 email: You are in the Pier Club until 1 April',
      '2026-03-29 13:00 email: Three days left in the Pier Club',
    ]);
    expect(await ana!.standing('trial-to-paid')).toBe('exited, exit-event');
    expect(await ana!.passages('trial-to-paid')).toMatchObject([{ goalReachedAt: '2026-03-30T18:00:00.000Z' }]);
  });

  it('helps Ben, who does not, offers him a month, and in the end asks why', async () => {
    expect(await ben!.received()).toEqual([
      '2026-03-02 12:00 email: You are in the Pier Club until 1 April',
      '2026-03-08 12:00 email: Your free deliveries are still untouched',
      '2026-03-29 13:00 email: Another month in the club, on us',
      expect.stringMatching(/^2026-03-31 13:00 sms: Harbour & Pine: your Pier Club trial ends tomorrow/),
      '2026-04-04 13:00 email: Your trial is over. May we ask why?',
    ]);
    expect(await ben!.standing('trial-to-paid')).toBe('completed');
    expect(ben!.transitions('trial-to-paid')).toBe(12);
  });

  it('gives everybody a code of their own', async () => {
    const codes = await Promise.all([ben!, olga!].map((one) => one.letter('club-gift-month')));
    const found = codes.map(({ text = '' }) => /PIER-[A-Z0-9]{8}/.exec(text)?.[0]);
    expect(found).toEqual([expect.any(String), expect.any(String)]);
    expect(found[0]).not.toBe(found[1]);
  });

  it('tells Olga the day and the price in Russian', async () => {
    expect((await olga!.received()).at(0)).toBe('2026-03-02 12:00 email: Вы в клубе Pier Club до 1 апреля');
    expect((await olga!.letter('club-gift-month')).text).toMatch(/3,90\s€ в месяц/);
  });

  it('lets Dan go when he cancels', async () => {
    expect(await dan!.standing('trial-to-paid')).toBe('exited, exit-event');
    expect(await dan!.received()).toHaveLength(1);
  });

  it('waits ten days longer for Eva, whose trial the desk has prolonged', async () => {
    expect((await eva!.received()).at(-1)).toBe('2026-04-14 13:00 email: Your trial is over. May we ask why?');
  });

  it('does not begin for Fay, who has been a member before', async () => {
    const fay = await story.meet('fay');
    await fay.does('Subscription Started', { plan: 'Pier Club' });
    await fay.does('Trial Started', { plan: 'Pier Club' });
    expect(await fay.passages('trial-to-paid')).toEqual([]);
  });
});
