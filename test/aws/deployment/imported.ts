import type { Deployment } from './deployment.ts';
import { Stage, told, type Life } from './life.ts';

/** Two people's years before today, in one file: silent, some lines twice, one no message, one without an id. */
export class Imported implements Life {
  private readonly stage: Stage;
  private readonly names: readonly [string, string];
  private readonly name: string;
  private lines: readonly object[] = [];

  constructor(deployed: Deployment, name: string) {
    this.stage = new Stage(deployed);
    this.name = name;
    this.names = [`${name}-ana`, `${name}-bo`];
  }

  async live(): Promise<void> {
    const [ana, bo] = this.names;
    const consent = { email: { marketing: 'granted' }, source: 'import' };
    const order = { type: 'track', event: 'Order Completed', properties: { revenue: 20 } };
    const views = ['a', 'b', 'c'].map((one, index) => {
      const timestamp = new Date(this.stage.deployed.nowMs - (index + 1) * 86_400_000).toISOString();
      return { type: 'track', event: 'Product Viewed', userId: ana, messageId: `${ana}-${one}`, timestamp };
    });
    const signUp = {
      type: 'track',
      event: 'Signed Up',
      userId: bo,
      messageId: `${bo}-in`,
      timestamp: '2019-01-01T00:00:00Z',
    };
    this.lines = [
      {
        type: 'identify',
        userId: ana,
        messageId: `${ana}-i`,
        traits: { email: `${ana}@example.com` },
        context: { consent },
      },
      signUp,
      { ...order, userId: bo, timestamp: '2019-02-03T04:05:06Z' },
      { type: 'track', event: 'Nobody’s' },
      ...views,
      signUp,
    ];
    await this.stage.deployed.upload(`${this.name}.jsonl`, this.lines);
  }

  async broken(): Promise<readonly string[]> {
    const [ana, bo] = this.names;
    const { outcomes } = this.stage.deployed.imports;
    const failed = outcomes.filter((one) => one instanceof Error);
    const sums = { accepted: 0, duplicates: 0, rejected: 0 };
    for (const one of outcomes)
      if (!(one instanceof Error))
        for (const name of ['accepted', 'duplicates', 'rejected'] as const) sums[name] += one[name];
    const addUp =
      sums.rejected === 1 && sums.duplicates >= 1 && sums.accepted + sums.duplicates === this.lines.length - 1;
    const seen = [...told(await this.stage.eventsOf(ana), 'name'), ...told(await this.stage.eventsOf(bo), 'name')];
    const expected = [
      'Identified',
      'Product Viewed',
      'Product Viewed',
      'Product Viewed',
      'Order Completed',
      'Signed Up',
    ];
    const begun = [...(await this.stage.itemsOf(ana, 'enrollments')), ...(await this.stage.itemsOf(bo, 'enrollments'))];
    return [
      ...failed.map((error) => `Lines could not be imported: ${String(error)}`),
      ...(addUp ? [] : [`An import’s lines do not add up: ${JSON.stringify(sums)}`]),
      ...(seen.join() === expected.join() ? [] : [`An import made ${seen.join(', ')}`]),
      ...(begun.length === 0 ? [] : ['An import began a journey']),
    ];
  }
}
