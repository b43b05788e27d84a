import { readFileSync } from 'node:fs';
import type { CdkCustomResourceEvent, CdkCustomResourceResponse } from 'aws-lambda';
import { definitions } from '../aws/container.ts';
import { observed } from '../middleware.ts';
import type { Publication } from '../parts/publication.ts';

interface Machine {
  readonly journeyId: string;
  readonly machineVersionArn: string;
}

/** Makes the documents that lie beside this function the current ones. What was published before stays for those inside. */
export const handler = observed(
  async ({ RequestType, ResourceProperties }: CdkCustomResourceEvent): Promise<CdkCustomResourceResponse> => {
    const text = readFileSync(new URL('./documents.json', import.meta.url), 'utf8');
    const publication = JSON.parse(text) as Publication;
    const machines = ResourceProperties['machines'] as readonly Machine[];
    if (RequestType !== 'Delete')
      await definitions().publish(
        publication,
        new Map(machines.map(({ journeyId, machineVersionArn }) => [journeyId, machineVersionArn])),
      );
    return { PhysicalResourceId: 'definitions', Data: { hash: publication.hash } };
  },
);
