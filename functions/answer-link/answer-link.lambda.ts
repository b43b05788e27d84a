import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { decisionPorts, keyring } from '../aws/container.ts';
import { setting } from '../aws/setting.ts';
import { ENV } from '../env.ts';
import { logger, observed, sayingOf } from '../middleware.ts';
import { deployedHealth, healthRoutes } from '../parts/http/health.ts';
import { mount } from '../parts/http/mount.ts';
import { linkRoutes } from '../parts/people/link-routes.ts';
import { SignedLinks } from '../parts/people/links.ts';

let answer: ReturnType<typeof handle> | undefined;
async function build(): Promise<ReturnType<typeof handle>> {
  const links = new SignedLinks(await keyring(), setting(ENV.baseUrl));
  const ports = await decisionPorts();
  const health = deployedHealth({
    documents: () => ports.definitions.current(),
    nowMs: () => ports.clock.nowMs(),
    onUnwell: (error) => logger.error('The published documents cannot be read.', { reason: sayingOf(error) }),
  });
  const app = new Hono();
  mount(app, [...linkRoutes(ports, links), ...healthRoutes(health)], (error, requestId) =>
    logger.error('A request failed.', { requestId, reason: sayingOf(error) }),
  );
  return handle(app);
}

/** What is open: the pages behind the links in messages, for whoever has the link, and whether the system lives. */
export const handler = observed(async (event: Parameters<ReturnType<typeof handle>>[0]) =>
  (answer ??= await build())(event),
);
