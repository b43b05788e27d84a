import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { decisionPorts, keyring } from '../aws/container.ts';
import { setting } from '../aws/setting.ts';
import { ENV } from '../env.ts';
import { logger, observed, sayingOf } from '../middleware.ts';
import { mount } from '../parts/http/mount.ts';
import { linkRoutes } from '../parts/people/link-routes.ts';
import { SignedLinks } from '../parts/people/links.ts';

let answer: ReturnType<typeof handle> | undefined;
async function build(): Promise<ReturnType<typeof handle>> {
  const links = new SignedLinks(await keyring(), setting(ENV.baseUrl));
  const app = new Hono();
  mount(app, linkRoutes(await decisionPorts(), links), (error, requestId) =>
    logger.error('A request failed.', { requestId, reason: sayingOf(error) }),
  );
  return handle(app);
}

/** The pages behind the links in messages; whoever has the link may ask. */
export const handler = observed(async (event: Parameters<ReturnType<typeof handle>>[0]) =>
  (answer ??= await build())(event),
);
