import { afterEach, describe, expect, it } from 'vitest';
import { sojourn, type Ran } from './run.ts';
import {
  aStack,
  aStandIn,
  anError,
  anXmlError,
  signedIn,
  withStack,
  type Answering,
  type Env,
  type StandIn,
} from './stand-in.ts';

const outputs = { RedriveFunction: 'redrive-1', WorkDeadLetters: 'arn:work', WakeDeadLetters: 'arn:wake' };
let standIn: StandIn;
afterEach(() => standIn.close());

async function redrive(words: readonly string[], answering: Answering, env: Env = {}): Promise<Ran> {
  standIn = await aStandIn(withStack(outputs, answering));
  return sojourn(['redrive', ...words], { ...signedIn(standIn.endpoint), ...env }).ran;
}
/** A function that answers so, call by call. */
const answers =
  (...all: readonly object[]): Answering =>
  ({ service }) => {
    if (service !== 'lambda') return undefined;
    const calls = standIn.asked.filter((one) => one.service === 'lambda').length;
    return { body: all[calls - 1]! };
  };
const tasks = (): readonly unknown[] =>
  standIn.asked.flatMap(({ service, body }) => (service === 'lambda' ? [JSON.parse(body) as unknown] : []));

describe('sojourn redrive --records', () => {
  it('calls the function of the stack until nothing is left', async () => {
    const { code, stdout, stderr } = await redrive(
      ['--records', '--stage', 'prod'],
      answers({ carried: 40, failed: 1, isMore: true }, { carried: 2, failed: 0, isMore: false }),
    );
    expect([code, stdout]).toEqual([0, '42 records carried.\n']);
    expect(stderr).toContain('42 records carried, 0 failed');
    expect(standIn.asked[0]!.body).toContain('StackName=Sojourn-prod-App');
    expect(standIn.asked[1]!.operation).toContain('/functions/redrive-1/invocations');
    expect(tasks()).toEqual([{ kind: 'records' }, { kind: 'records' }]);
  });

  it('ends with 1 where some failed again, and says where they are', async () => {
    const { code, stdout } = await redrive(['--records'], answers({ carried: 0, failed: 3, isMore: false }));
    expect(code).toBe(1);
    expect(stdout).toContain('3 records failed and are still in the dead letters.');
  });

  it('breaks off where a whole call carried nothing, and would begin anew for ever', async () => {
    const { code, stdout } = await redrive(['--records'], answers({ carried: 0, failed: 90, isMore: true }));
    expect(code).toBe(1);
    expect(stdout).toContain('Broken off');
    expect(tasks()).toHaveLength(1);
  });
});

describe('sojourn redrive --profile', () => {
  it('goes on from where each call came to', async () => {
    const { code, stdout } = await redrive(
      ['--profile', 'p1', '--since', '2026-11-21T10:00:00+01:00'],
      answers(
        { carried: 0, failed: 0, isMore: true, next: 'e#1', isKnown: true },
        { carried: 7, failed: 0, isMore: false, isKnown: true },
      ),
    );
    expect([code, stdout]).toEqual([0, '7 facts carried.\n']);
    const task = { kind: 'profile', profileId: 'p1', since: '2026-11-21T09:00:00.000Z' };
    expect(tasks()).toEqual([task, { ...task, after: 'e#1' }]);
  });

  it('cannot run for a person who is not there', async () => {
    const nobody = { carried: 0, failed: 0, isMore: false, isKnown: false };
    const { code, stderr } = await redrive(['--profile', 'p9'], answers(nobody));
    expect(code).toBe(2);
    expect(stderr).toContain('sojourn: There is no person with the profile id "p9".\n');
  });
});

describe('sojourn redrive --work', () => {
  /** Two looks at each queue: under way, then over. */
  const moving =
    (status = 'COMPLETED', more: object = {}): Answering =>
    ({ operation }) => {
      if (operation === 'StartMessageMoveTask') return { body: { TaskHandle: 't' } };
      if (operation !== 'ListMessageMoveTasks') return undefined;
      const looks = standIn.asked.filter((one) => one.operation === operation).length;
      const task =
        looks % 2 === 1
          ? { Status: 'RUNNING', ApproximateNumberOfMessagesMoved: 1, ApproximateNumberOfMessagesToMove: 3 }
          : { Status: status, ApproximateNumberOfMessagesMoved: 3, ...more };
      return { body: { Results: [task] } };
    };

  it('moves both queues back to where their messages came from, and waits until they are', async () => {
    const { code, stdout } = await redrive(['--work'], moving());
    expect([code, stdout]).toEqual([0, 'work: 3 messages moved back.\nwake: 3 messages moved back.\n']);
    const started = standIn.asked.filter(({ operation }) => operation === 'StartMessageMoveTask');
    // Without a destination SQS takes each message to its own queue.
    expect(started.map(({ body }) => JSON.parse(body) as object)).toEqual([
      { SourceArn: 'arn:work' },
      { SourceArn: 'arn:wake' },
    ]);
  });

  it('moves one of them, and tells why SQS stopped', async () => {
    const { code, stdout } = await redrive(['--work', 'wake'], moving('FAILED', { FailureReason: 'QueueDeleted' }));
    expect([code, stdout]).toEqual([1, 'wake: 3 messages moved back. SQS stopped: QueueDeleted\n']);
  });

  it('watches the move that is under way already', async () => {
    const others = moving();
    const busy = anError('UnsupportedOperation', 'There is already an active task for this queue.');
    const { code, stdout } = await redrive(['--work', 'work'], (asked) =>
      asked.operation === 'StartMessageMoveTask' ? busy : others(asked),
    );
    expect([code, stdout]).toEqual([0, 'work: 3 messages moved back.\n']);
  });
});

describe('sojourn redrive that cannot run', () => {
  const none: Answering = () => undefined;
  const cloudFormation =
    (answer: ReturnType<typeof anXmlError>): Answering =>
    ({ service }) =>
      service === 'cloudformation' ? answer : undefined;

  it('says that there are no credentials', async () => {
    const { code, stderr } = await redrive(['--records'], none, { AWS_ACCESS_KEY_ID: '' });
    expect([code, standIn.asked]).toEqual([2, []]);
    expect(stderr).toMatch(/^sojourn: no-credentials: could not read the stack Sojourn-dev-App: .* AWS_PROFILE/);
  });

  it('says that there is no region', async () => {
    const { code, stderr } = await redrive(['--records'], none, { AWS_REGION: '' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sojourn: no-region: .* Name it with --region/);
  });

  it.each([
    [
      'no-such-stack',
      anXmlError('ValidationError', 'Stack with id Sojourn-dev-App does not exist'),
      /Look at --stage and --region/,
    ],
    ['access-denied', anXmlError('AccessDenied', 'No.', 403), /needs cloudformation:DescribeStacks/],
    ['credentials-refused', anXmlError('ExpiredToken', 'It is over.', 403), /sign in again/],
    ['stack-outdated', aStack({}), /no output RedriveFunction\. Deploy it again/],
  ])('says %s, what was being done, and what to do', async (code, answer, suggestion) => {
    const ran = await redrive(['--records'], cloudFormation(answer));
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(new RegExp(`^sojourn: ${code}: could not (read the stack|find what was deployed)`));
    expect(ran.stderr).toMatch(suggestion);
  });

  it('says which permission calling the function needs, and what the function itself says', async () => {
    const denied = await redrive(['--records'], ({ service }) =>
      service === 'lambda' ? anError('AccessDeniedException', 'No.', 403) : undefined,
    );
    expect(denied.stderr).toMatch(/^sojourn: access-denied: .*redrive-1: No\. Your role needs lambda:InvokeFunction/);
    await standIn.close();
    const failed = await redrive(['--records'], ({ service }) =>
      service === 'lambda'
        ? { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorType: 'RangeError', errorMessage: 'X' } }
        : undefined,
    );
    expect(failed.stderr).toMatch(/^sojourn: function-failed: .* RangeError: X\. Its log says more/);
    expect([denied.code, failed.code]).toEqual([2, 2]);
  });

  it('wants to know what to redrive', async () => {
    for (const words of [[], ['--records', '--work'], ['--records', '--since', '2026-11-21T10:00:00Z']]) {
      const { code, stderr } = await redrive(words, none);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^sojourn: (Say what to redrive|--since goes with --profile)/);
      await standIn.close();
    }
  });
});
