import { randomBytes } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { groups } from '../aws/container-groups.ts';
import { quarantine } from '../aws/container-quarantine.ts';
import { decisionPorts, secret } from '../aws/container.ts';
import { answerIntake } from '../aws/http.ts';
import { trustOf } from '../aws/secret.ts';
import { judgeEvents } from '../judge-events/judge-events.ts';
import { logger, observed, sayingOf } from '../middleware.ts';
import { noteGroups } from '../note-groups/note-groups.ts';
import { Intake } from '../parts/http/intake.ts';
import { messageIds } from '../parts/message-ids.ts';
import { acceptEvents } from './accept-events.ts';

const newMessageId = messageIds(randomBytes(6).toString('base64url'));
/** People of one request who are written to at once; a batch of 50 then takes as long as 7 commits. */
const peopleAtOnce = 8;

/** The intake behind HTTP API. */
export const handler = observed(async (event: APIGatewayProxyEventV2) => {
  const [ports, keys] = await Promise.all([decisionPorts(), secret()]);
  const { workspace } = await ports.definitions.current();
  const intake = new Intake({
    accept: judgeEvents({
      ...ports,
      quarantine,
      accept: noteGroups({ ...ports, groups, accept: acceptEvents(ports, peopleAtOnce) }),
    }),
    durable: () => ports.profiles.durable(),
    clock: ports.clock,
    newMessageId,
    trustOf: (key) => trustOf(keys, key),
    topics: () => (workspace.topics ?? []).map(({ id }) => id),
    mostAtOnce: 1,
    onError: (error, requestId) => logger.error('A request failed.', { requestId, reason: sayingOf(error) }),
  });
  return answerIntake(intake, event);
});
