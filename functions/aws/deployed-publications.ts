import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { compileJourney } from '../../core/definitions.ts';
import type { SaidSoFar } from '../../core/journey/versions/deployment.ts';
import { driftLines, type MachineFinding } from '../../core/journey/versions/drift.ts';
import { ENV } from '../env.ts';
import type { PublishedTemplate } from '../parts/content/renderer.ts';
import { definitions, dynamo } from './container.ts';
import { DynamoDirectory } from './directory.ts';
import { EntryRules, type EntryRuleSettings } from './entry-rules.ts';
import { JourneyMachines, type MachineSettings } from './journey-machines.ts';
import { loadEngine } from './patterns.ts';
import { DynamoPublications } from './publication-store.ts';
import { setting } from './setting.ts';
import { countStanding } from './standing.ts';
import { Table } from './table/table.ts';

/** Step Functions takes a few changes of machines a second. */
const settings = { maxAttempts: 8, requestHandler: { connectionTimeout: 1_000, requestTimeout: 20_000 } };
const table = (): Table => new Table(dynamo(), setting(ENV.table));
const rules = (): EntryRules =>
  new EntryRules(new EventBridgeClient(settings), JSON.parse(setting(ENV.entryRules)) as EntryRuleSettings);
const machines = (): JourneyMachines =>
  new JourneyMachines(new SFNClient(settings), JSON.parse(setting(ENV.machines)) as MachineSettings);

/** What comes with a publication. */
export interface Coming {
  readonly templates?: readonly PublishedTemplate[];
  readonly saying?: Partial<SaidSoFar>;
}

/** Publishing without a deployment: versions that there are not yet are made. */
export async function publisherPublications(coming: Coming): Promise<DynamoPublications> {
  // Files are compiled as they are checked: nobody knows before whether one of them has a pattern.
  await loadEngine();
  const directory = new DynamoDirectory(dynamo(), setting(ENV.table), definitions());
  return new DynamoPublications({
    ...coming,
    table: table(),
    machineOf: async (journey, standing, machineArn) => standing ?? machines().publish(journey, machineArn),
    settle: (journeys) => rules().settle(journeys, true),
    inside: (ids) => countStanding((id, page) => directory.enrollmentsIn(id, 'active', page), ids),
  });
}

/**
 * Publishing by a deployment, which has made the versions and will make the rules.
 * @param made journey and version → ARN of the machine's version
 */
export async function deployedPublications(
  coming: Coming,
  made: ReadonlyMap<string, string>,
): Promise<DynamoPublications> {
  await loadEngine();
  return new DynamoPublications({
    ...coming,
    table: table(),
    machineOf: async ({ id, version }, standing) => {
      const arn = made.get(`${id}/${version}`) ?? standing;
      if (arn === undefined) throw new RangeError(`No state machine was named for the journey ${id}.`);
      return arn;
    },
    settle: (journeys) => rules().settle(journeys, false),
    inside: async () => [],
  });
}

/** In what the account differs from the last deployment, and from what is published, a sentence each. */
export async function lookForDrift(publications: DynamoPublications): Promise<readonly string[]> {
  const { documents, held, current } = await publications.state();
  const said = await publications.said();
  const journeys = (documents?.journeys ?? []).map((document) => compileJourney(document));
  const found: MachineFinding[] = [];
  for (const journey of journeys) {
    const arn = await definitions().machineArn(journey.id, journey.version);
    const is = await machines().look(journey, arn);
    if (is !== 'same') found.push({ journeyId: journey.id, number: current[journey.id] ?? 0, is });
  }
  return driftLines({
    isPublishedSince: said !== undefined && said.said !== said.deployed,
    held: Object.keys(held),
    machines: found,
    rules: await rules().look(journeys),
  });
}
