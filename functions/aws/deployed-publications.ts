import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { compileJourney, type JourneyVersion } from '../../core/definitions.ts';
import type { SaidSoFar } from '../../core/journey/versions/deployment.ts';
import { driftLines, type MachineFinding } from '../../core/journey/versions/drift.ts';
import { ENV } from '../env.ts';
import type { PublishedTemplate } from '../parts/content/renderer.ts';
import { definitions, dynamo } from './container.ts';
import { EntryRules, type EntryRuleSettings } from './entry-rules.ts';
import { JourneyMachines, type MachineSettings } from './journey-machines.ts';
import { loadJudging } from './event-catalogue.ts';
import { loadEngine } from './patterns.ts';
import { loadReadings } from './trait-readings.ts';
import { DynamoPublications } from './publication-store.ts';
import { runsDocument } from './runs-document.ts';
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
  await loadReadings();
  await loadJudging();
  return new DynamoPublications({
    ...coming,
    table: table(),
    machineOf: async (journey, standing, machineArn) => standing ?? machines().publish(journey, machineArn),
    open: (journeys) => rules().open(journeys),
    settle: (journeys) => rules().settle(journeys, true),
    inside: (ids) => countStanding(table(), ids),
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
  await loadReadings();
  await loadJudging();
  return new DynamoPublications({
    ...coming,
    table: table(),
    machineOf: (journey, standing) => madeOf(new SFNClient(settings), journey, { made, standing }),
    open: (journeys) => rules().open(journeys),
    settle: (journeys) => rules().settle(journeys, false),
    inside: async () => [],
  });
}

/**
 * The machine's version that a deployment has made for a document; that which stands where it made none, or one of what
 * the publisher has left in the machine: whoever were started by that would stay inside for ever.
 */
export async function madeOf(
  client: SFNClient,
  journey: JourneyVersion,
  { made, standing }: { readonly made: ReadonlyMap<string, string>; readonly standing: string | undefined },
): Promise<string> {
  const { id, version } = journey;
  const arn = made.get(`${id}/${version}`);
  // It was looked at when it was noted.
  if (arn !== undefined && (arn === standing || (await runsDocument(client, arn, journey)))) return arn;
  if (standing !== undefined) return standing;
  throw new RangeError(
    arn === undefined
      ? `No state machine was named for the journey ${id}.`
      : `The deployment's version of the machine of the journey ${id} runs another document (${arn}). Publish the folder (sojourn publish --home aws), then deploy again.`,
  );
}

/** Lets rules follow what is current, once a deployment has made and changed its own. */
export const settleRules = async (): Promise<void> => (await publisherPublications({})).settle();

/** In what the account differs from the last deployment, and from what is published, a sentence each. */
export async function lookForDrift(publications: DynamoPublications): Promise<readonly string[]> {
  const { documents, held, current } = await publications.published();
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
