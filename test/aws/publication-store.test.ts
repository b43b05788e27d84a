import { afterEach, describe, expect, it } from 'vitest';
import type { Journey } from '../../core/journey/document.ts';
import { unknownCoverage } from '../../core/segment/coverage.ts';
import { aJourney } from '../builders.ts';
import { filesOf, PublishingAccount } from './publishing-account.ts';

const journey = (id: string, event: string, wait: string): Journey =>
  aJourney({ id, name: id, entry: { on: { event }, again: 'always' }, steps: [{ id: 'rest', wait }] });
const cart = journey('cart', 'Cart Filled', 'P1D');
const slowCart = journey('cart', 'Cart Filled', 'P2D');
const movedCart = journey('cart', 'Cart Opened', 'P2D');
const trial = journey('trial', 'Trial Started', 'P1D');
const fresh = journey('fresh', 'Signed Up', 'P1D');

const opened: PublishingAccount[] = [];
async function deployed(...journeys: readonly Journey[]): Promise<PublishingAccount> {
  const account = await PublishingAccount.make();
  opened.push(account);
  await account.deploy(journeys);
  return account;
}
afterEach(() => opened.splice(0).forEach((one) => one.close()));

describe('publishing without a deployment', () => {
  it('makes a version of the machine that the deployment made, and leaves a rule alone whose pattern is the same', async () => {
    const account = await deployed(cart);
    await account.publish(filesOf(slowCart));
    expect(await account.seen()).toMatchObject({
      current: { cart: 2 },
      runs: { cart: 'same' },
      rules: [{ Name: 'Sojourn-dev-App-Entriescart', of: { name: ['Cart Filled'] }, State: 'ENABLED' }],
      history: ['cart published 1', 'cart published 2'],
    });
    expect(account.calls.filter((call) => call === 'UpdateStateMachine')).toHaveLength(1);
    expect(account.calls.filter((call) => call === 'PutRule')).toHaveLength(1);
  });

  it('changes the rule of a deployment, makes machine and rule of a new journey, and shuts that of a removed one', async () => {
    const account = await deployed(cart, trial);
    await account.publish(filesOf(movedCart, fresh));
    expect(await account.seen()).toMatchObject({
      current: { cart: 2, fresh: 1 },
      runs: { cart: 'same', fresh: 'same' },
      rules: [
        { Name: 'Sojourn-dev-App-Entriescart', of: { name: ['Cart Opened'] }, State: 'ENABLED' },
        { Name: 'Sojourn-dev-App-Entriestrial', State: 'DISABLED' },
        {
          Name: 'Sojourn-dev-journey-fresh',
          of: { name: ['Signed Up'] },
          State: 'ENABLED',
          targets: [[/entries$/, {}]],
        },
      ].map(({ targets, ...rule }) =>
        targets ? { ...rule, targets: [[expect.stringMatching(/entries$/), expect.anything()]] } : rule,
      ),
    });
  });

  it('makes nothing anew where the documents say what they have said before', async () => {
    const account = await deployed(cart);
    await account.publish(filesOf(slowCart));
    const before = account.calls.length;
    await account.publish(filesOf(cart));
    await account.publish(filesOf(slowCart));
    expect(await account.seen()).toMatchObject({ current: { cart: 2 }, runs: { cart: 'same' } });
    expect(account.calls.slice(before)).not.toContain('UpdateStateMachine');
  });

  it('writes nothing where documents have errors, and says all of them', async () => {
    const account = await deployed(cart);
    const before = await account.seen();
    const broken = {
      ...slowCart,
      steps: [
        { id: 'rest', wait: 'soon' },
        { id: 'rest', send: { email: 'nothing' } },
      ],
    };
    const answer = await account.publish(filesOf(broken as unknown as Journey));
    expect(answer).toMatchObject({ kind: 'refused' });
    expect(answer.problems.length).toBeGreaterThan(1);
    expect(await account.seen()).toEqual(before);
  });

  it('gives way to tables of ranks that are made between its reading and its commit', async () => {
    const account = await deployed(cart);
    const made = { ...unknownCoverage, number: 1, ranked: 1, ranks: {} };
    account.cut = async (call) => {
      if (call !== 'TransactWriteItems') return undefined;
      account.cut = () => undefined;
      expect(await account.ranks.put(made, 0)).toBe('made');
      return undefined;
    };
    await expect(account.publish(filesOf(slowCart))).rejects.toThrow('Somebody else has published meanwhile');
    await account.publish(filesOf(slowCart));
    expect(await account.seen()).toMatchObject({ current: { cart: 2 } });
  });

  it('lets one of two win that publish at once: the other has to plan again', async () => {
    const account = await deployed(cart);
    const tries = await Promise.allSettled([account.publish(filesOf(slowCart)), account.publish(filesOf(movedCart))]);
    expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const lost = tries.find((one) => one.status === 'rejected');
    expect(String(lost?.reason)).toContain('Somebody else has published meanwhile');
    expect(await account.seen()).toMatchObject({
      current: { cart: 2 },
      history: ['cart published 1', 'cart published 2'],
    });
  });

  it('lets rules follow who published last, also where somebody else comes to them later', async () => {
    const account = await deployed(cart, trial);
    const commits = (): number => account.calls.filter((call) => call === 'TransactWriteItems').length;
    const before = commits();
    let isOther = false;
    account.cut = async (call) => {
      if (isOther || call !== 'PutRule' || commits() === before) return undefined;
      isOther = true;
      await account.publish(filesOf(cart, trial));
      return undefined;
    };
    await account.publish(filesOf(movedCart, trial));
    expect(isOther).toBe(true);
    expect(await account.drift([cart, trial])).toEqual([]);
    expect(await account.seen()).toMatchObject({
      current: { cart: 1 },
      rules: [{ of: { name: ['Cart Filled'] } }, {}],
    });
  });

  it('makes an earlier version current again without a machine being touched', async () => {
    const account = await deployed(cart);
    await account.publish(filesOf(movedCart));
    const before = account.calls.length;
    await account.rollBack('cart');
    expect(await account.seen()).toMatchObject({
      current: { cart: 1 },
      held: { cart: {} },
      rules: [{ of: { name: ['Cart Filled'] } }],
      history: ['cart published 1', 'cart published 2', 'cart rolled-back 1'],
    });
    expect(account.calls.slice(before)).not.toContain('UpdateStateMachine');
  });
});

it('ends the same wherever a try dies, once it is tried again', async () => {
  const next = filesOf(movedCart, fresh);
  const whole = await deployed(cart, trial);
  const from = whole.calls.length;
  await whole.publish(next);
  const calls = whole.calls.slice(from);
  const wanted = await whole.seen();
  const commit = calls.indexOf('TransactWriteItems');
  expect(calls.filter((call) => call === 'TransactWriteItems')).toHaveLength(1);
  for (const [at, call] of calls.entries()) {
    // Whoever dies before a call has died after the one before it, and reading changes nothing.
    if (/^(Get|BatchGet|Query|List)/.test(call)) continue;
    const account = await deployed(cart, trial);
    let met = -1;
    account.cut = () => (++met === at ? 'after' : undefined);
    await expect(account.publish(next), `${call} ${at}`).rejects.toThrow('died');
    account.cut = () => undefined;
    // Nobody meets a half of it: all is as it was, or made current.
    expect(await account.current(), `${call} ${at}`).toEqual(
      at >= commit ? { cart: 2, fresh: 1 } : { cart: 1, trial: 1 },
    );
    await account.publish(next);
    expect(await account.seen(), `${call} ${at}`).toEqual(wanted);
    opened.splice(1).forEach((one) => one.close());
  }
});

it('takes up a machine that a try left behind which was of another document', async () => {
  const account = await deployed(cart);
  account.cut = (call) => (call === 'CreateStateMachine' ? 'after' : undefined);
  await expect(account.publish(filesOf(cart, fresh))).rejects.toThrow('died');
  // moto gives such a machine back as if it were made; Step Functions refuses.
  const exists = Object.assign(new Error('exists'), { name: 'StateMachineAlreadyExists' });
  account.cut = (call) => (call === 'CreateStateMachine' ? exists : undefined);
  await account.publish(filesOf(cart, journey('fresh', 'Signed Up', 'P3D')));
  expect(await account.seen()).toMatchObject({ current: { cart: 1, fresh: 1 }, runs: { fresh: 'same' } });
});

describe('a deployment after somebody has published', () => {
  it('that brings what the last one brought leaves what was published, and says so', async () => {
    const account = await deployed(cart);
    await account.publish(filesOf(movedCart));
    const before = await account.seen();
    expect(await account.deploy([cart])).toContain('stays current');
    expect(await account.seen()).toMatchObject({
      current: { cart: 2 },
      history: (before as never)['history' as never],
    });
  });

  it('takes no version of a machine that runs what somebody published, but the one that stands', async () => {
    const account = await deployed(cart, trial);
    await account.publish(filesOf(movedCart, trial));
    await account.deploy([cart, trial]);
    expect(await account.seen()).toMatchObject({ current: { cart: 2 }, runs: { cart: 'same', trial: 'same' } });
    await account.rollBack('cart');
    expect(await account.seen()).toMatchObject({ current: { cart: 1 }, runs: { cart: 'same', trial: 'same' } });
    await account.deploy([cart, trial]);
    expect(await account.seen()).toMatchObject({ current: { cart: 1 }, runs: { cart: 'same', trial: 'same' } });
  });

  it('that brings what was published is one with it', async () => {
    const account = await deployed(cart);
    await account.publish(filesOf(movedCart));
    expect(await account.deploy([movedCart])).toBe('The documents of this deployment are current.');
    expect(await account.seen()).toMatchObject({
      current: { cart: 2 },
      history: ['cart published 1', 'cart published 2'],
    });
    // From here on it is as if nobody had published.
    expect(await account.deploy([cart, trial])).toBe('The documents of this deployment are current.');
  });

  it('that brings others is refused, until it says that it has seen them', async () => {
    const account = await deployed(cart);
    await account.publish(filesOf(movedCart));
    const before = await account.seen();
    const refused = await account.deploy([slowCart, trial]).catch((error: unknown) => String(error));
    expect(refused).toContain('it would take them back');
    expect(await account.seen()).toEqual(before);
    const [, seen = ''] = /-c replaces=(\S+)$/.exec(refused)!;
    await account.deploy([slowCart, trial], seen);
    expect(await account.seen()).toMatchObject({
      current: { cart: 3, trial: 1 },
      runs: { cart: 'same', trial: 'same' },
    });
  });

  it('leaves a journey rolled back whose document says the same', async () => {
    const account = await deployed(cart);
    await account.deploy([slowCart]);
    await account.rollBack('cart');
    expect(await account.deploy([slowCart, trial])).toContain('rolled back or closed: cart');
    expect(await account.seen()).toMatchObject({ current: { cart: 1, trial: 1 } });
    await account.deploy([movedCart, trial]);
    expect(await account.seen()).toMatchObject({ current: { cart: 3, trial: 1 }, held: {} });
  });

  it('takes the rule of its own in place of the publisher’s', async () => {
    const account = await deployed(cart);
    await account.publish(filesOf(cart, fresh));
    await account.deploy([cart, fresh]);
    const { rules } = (await account.seen()) as { readonly rules: readonly { readonly Name: string }[] };
    expect(rules.map(({ Name }) => Name)).toEqual(['Sojourn-dev-App-Entriescart', 'Sojourn-dev-App-Entriesfresh']);
  });
});

describe('what will begin a journey', () => {
  const next = [movedCart, fresh];
  const changes = {
    publication: (account: PublishingAccount) => account.publish(filesOf(...next)),
    deployment: (account: PublishingAccount) => account.deploy(next),
  };
  it.each(Object.entries(changes))(
    'is let in before a %s makes it current, and so is what began it until then',
    async (_, change) => {
      const account = await deployed(cart, trial);
      account.cut = (call) => (call === 'TransactWriteItems' ? 'after' : undefined);
      await expect(change(account)).rejects.toThrow('died');
      expect(await account.letIn()).toEqual(['Cart Filled', 'Trial Started', 'Cart Opened', 'Signed Up']);
      account.cut = () => undefined;
      await change(account);
      expect(await account.letIn()).toEqual(['Cart Opened', 'Signed Up']);
    },
  );

  it('is let in by nothing of its own where a deployment is the first', async () => {
    const account = await deployed(cart, trial);
    expect(account.calls).not.toContain('PutTargets');
  });
});

it('sees rules that are gone, off, changed or left over', async () => {
  const account = await deployed(cart, trial);
  expect(await account.drift([cart, trial])).toEqual([]);
  expect(await account.drift([movedCart, fresh])).toEqual([
    { journeyId: 'cart', is: 'other' },
    { journeyId: 'fresh', is: 'missing' },
    { journeyId: 'trial', is: 'left' },
  ]);
});
