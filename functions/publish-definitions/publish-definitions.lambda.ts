import { readFileSync } from 'node:fs';
import type { CdkCustomResourceEvent, CdkCustomResourceResponse } from 'aws-lambda';
import { realClock } from '../aws/real-clock.ts';
import { logger, observed } from '../middleware.ts';
import type { Deployable } from '../parts/publication.ts';

interface Machine {
  readonly journeyId: string;
  readonly version: string;
  readonly machineVersionArn: string;
}
/** As the template says them. */
interface Properties {
  readonly machines?: readonly Machine[];
  readonly replaces?: string;
  /** What the template says of rules: then they are made and changed already, and nothing is published. */
  readonly rules?: string;
}

/**
 * Makes the documents that lie beside this function the current ones; what was published before stays for those inside.
 * Called once more after the rules of a deployment: what is current may be something else than it brings.
 */
export const handler = observed(
  async ({ RequestType, ResourceProperties }: CdkCustomResourceEvent): Promise<CdkCustomResourceResponse> => {
    const properties: Properties = ResourceProperties as object;
    const isOfRules = properties.rules !== undefined;
    const carryOut = isOfRules ? settle : deploy;
    const said = RequestType === 'Delete' ? 'Nothing is published any more.' : await carryOut(properties);
    logger.info('Deployed.', { said });
    return { PhysicalResourceId: isOfRules ? 'rules' : 'definitions', Data: { said } };
  },
);

async function settle(): Promise<string> {
  const { settleRules } = await import('../aws/deployed-publications.ts');
  await settleRules();
  return 'Rules follow what is current.';
}

async function deploy({ machines = [], replaces }: Properties): Promise<string> {
  const [{ deployedPublications }, { hashOfFiles }, { deployDocuments }] = await Promise.all([
    import('../aws/deployed-publications.ts'),
    import('../aws/publication-store.ts'),
    import('./publish-definitions.ts'),
  ]);
  const text = readFileSync(new URL('./documents.json', import.meta.url), 'utf8');
  const { files, templates } = JSON.parse(text) as Deployable;
  const made = machines.map((one) => [`${one.journeyId}/${one.version}`, one.machineVersionArn] as const);
  const publications = await deployedPublications({ templates }, new Map(made));
  const brings = hashOfFiles(files);
  return deployDocuments({ publications, clock: realClock })({
    files,
    brings,
    ...(replaces !== undefined && replaces !== '' && { replaces }),
  });
}
