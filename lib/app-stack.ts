import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import { Alarms } from './alarms.ts';
import { HomeDashboard } from './dashboard.ts';
import type { DataStack } from './data-stack.ts';
import { DeadLetters } from './dead-letters.ts';
import { Due } from './due.ts';
import { Email } from './email.ts';
import { Emitted } from './emitted.ts';
import { Entries } from './entries.ts';
import { Experiments } from './experiments.ts';
import { FailedBatches } from './failed-batches.ts';
import { Feedback } from './feedback.ts';
import { Filling } from './filling.ts';
import { FillLake } from './fill-lake.ts';
import { Health } from './health.ts';
import { LakeSweep } from './lake-sweep.ts';
import { Holds } from './holds.ts';
import { Import } from './import.ts';
import { Intake } from './intake.ts';
import { Journeys } from './journeys.ts';
import { Management } from './management.ts';
import { markStack } from './mark-stack.ts';
import { Outbox } from './outbox.ts';
import { Publisher } from './publisher.ts';
import { Publishing } from './publishing.ts';
import { Push } from './push.ts';
import { Control } from './control.ts';
import { Redrive } from './redrive.ts';
import { needRoom } from './room.ts';
import { Schedules } from './schedules.ts';
import type { Settings } from './settings.ts';
import type { Shared } from './shared.ts';
import type { SojournFunction } from './sojourn-function.ts';
import { Texts } from './texts.ts';
import type { Workflows } from './workflows.ts';

/** What is deployed, and for whom. */
export interface AppStackProps extends StackProps {
  /** What the context says. */
  readonly settings: Settings;
  /** The stores. */
  readonly data: DataStack;
  /** The documents, compiled. */
  readonly workflows: Workflows;
  /** Folder that `npm run build` fills. */
  readonly assets: string;
}

/** All that runs. Of what it holds, nothing is the only copy. */
export class AppStack extends Stack {
  /** What the constructs share. */
  readonly shared: Shared;

  constructor(scope: Construct, id: string, { settings, data, workflows, assets, ...props }: AppStackProps) {
    super(scope, id, { description: `Sojourn (${settings.stage}): what runs`, ...props });
    const shared = (this.shared = this.share(settings, data, assets));
    const intake = new Intake(this, 'Intake', { shared });
    const baseUrl = settings.baseUrl ?? intake.url;
    const management = new Management(this, 'Management', { shared, intake, baseUrl });
    const failedBatches = new FailedBatches(this, 'FailedBatches', shared);
    const outbox = new Outbox(this, 'Outbox', { shared, failedBatches });
    const { filler } = new FillLake(this, 'FillLake', { shared, lake: data.lake, failedBatches });
    new LakeSweep(this, 'LakeSweep', { shared, lake: data.lake });
    const { bus } = outbox;
    const journeys = new Journeys(this, 'Journeys', { shared, ...workflows, ...settings });
    const entries = new Entries(this, 'Entries', { shared, bus, ...workflows });
    const holds = new Holds(this, 'Holds', { shared, bus });
    new Emitted(this, 'Emitted', { shared, bus });
    const due = new Due(this, 'Due', { shared });
    const { walkRound, beginRounds } = new Schedules(this, 'Schedules', { shared });
    new Filling(this, 'Filling', { shared, beginner: beginRounds });
    const { control } = new Control(this, 'Control', { shared, intake, management });
    const { resumeEnrollment } = holds;
    const starters = [entries.enterJourney, resumeEnrollment, due.wakeDue, management.manage, walkRound, control];
    journeys.allowStart('Starts', ...starters);
    journeys.allowTasks('Resumes', resumeEnrollment, due.wakeDue, control);
    this.addChannels(journeys, { shared, settings, workflows, baseUrl });
    new Experiments(this, 'Experiments', { shared });
    const { bucket } = new Import(this, 'Import', { shared });
    const { redrive } = new Redrive(this, 'Redrive', { shared, outbox });
    const publishing = new Publishing(this, 'Publishing', { shared, journeys, entries, ...settings });
    const { publishDocuments } = new Publisher(this, 'Publisher', { shared, journeys, entries, intake, management });
    journeys.allowLooks('Looks', publishing.publishDefinitions, publishDocuments);
    this.watch({ settings, journeys, outbox, filler });
    this.tell({
      ImportBucket: bucket.bucketName,
      ControlFunction: control.functionName,
      ManagementFunction: management.manage.functionName,
      RedriveFunction: redrive.functionName,
      PublisherFunction: publishDocuments.functionName,
      Documents: publishing.said,
      ...shared.deadLetters.outputs,
      ApiUrl: intake.url,
      UserPool: management.users.userPoolId,
      Console: management.client.userPoolClientId,
    });
    markStack(this, settings.stage);
    needRoom(this, { journeys: workflows.journeys.length, retiredMachines: settings.retiredMachines.length });
  }

  private share(settings: Settings, data: DataStack, assets: string): Shared {
    const { stage, tracing: isTraced } = settings;
    const logRetention = stage === 'prod' ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK;
    return {
      defaults: { stage, assets, logRetention, isTraced },
      store: data.store,
      secret: data.secret,
      deadLetters: new DeadLetters(this, 'DeadLetters'),
      alarms: new Alarms(this, 'Alarms', { runbook: settings.runbook, email: settings.alarmEmail }),
    };
  }

  /** What messages go out by, and how their fate comes back. */
  private addChannels(
    { runTouch }: Journeys,
    made: {
      readonly shared: Shared;
      readonly settings: Settings;
      readonly workflows: Workflows;
      readonly baseUrl: string;
    },
  ): void {
    const { shared, settings, workflows, baseUrl } = made;
    runTouch.addEnvironment(ENV.baseUrl, baseUrl);
    const domain = settings.emailDomain ?? domainOf(workflows.workspace.sender.email?.from);
    const email = domain === undefined ? undefined : new Email(this, 'Email', { domain, alarms: shared.alarms });
    email?.grantSend(runTouch);
    this.tell({ ...email?.records, ...(domain !== undefined && { EmailDomain: domain }) });
    const { reports } = new Feedback(this, 'Feedback', { shared, configurationSets: email?.configurationSets ?? [] });
    new Push(this, 'Push', { applications: settings.pushApplications }).grantSend(runTouch);
    this.tell({ ReportsTopic: reports.topicArn });
    if (settings.textOrigins.length === 0) return;
    const company = workflows.workspace.name;
    new Texts(this, 'Texts', { origins: settings.textOrigins, company, reports }).grantSend(runTouch);
  }

  /** Alarms over everything, once everything is there. */
  private watch(made: {
    readonly settings: Settings;
    readonly journeys: Journeys;
    readonly outbox: Outbox;
    readonly filler: SojournFunction;
  }): void {
    const { settings, journeys, outbox, filler } = made;
    const { alarms, deadLetters } = this.shared;
    const health = new Health(this, 'Health', {
      shared: this.shared,
      streamReaders: [outbox.relay, filler],
      answersByError: [journeys.runTouch, journeys.registerHold],
      monthlyBudget: settings.monthlyBudget,
    });
    deadLetters.watch(alarms);
    new HomeDashboard(this, 'Dashboard', {
      alarms,
      graphs: [
        { title: 'Stream lag', metrics: [health.streamLag] },
        { title: 'Send failures', metrics: [health.sendFailures] },
        { title: 'Exclusion latency', metrics: [health.exclusionLatency] },
        { title: 'Open executions', metrics: [health.openExecutions] },
        { title: 'Touches', metrics: [journeys.runTouch.metricInvocations(), journeys.runTouch.metricErrors()] },
        {
          title: 'Dead letters',
          metrics: deadLetters.all.map((queue) => queue.metricApproximateNumberOfMessagesVisible()),
        },
      ],
    });
  }

  private tell(outputs: Readonly<Record<string, string>>): void {
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }
}

/** The domain of an address like `Shop <hello@shop.example>`. */
function domainOf(from: string | undefined): string | undefined {
  return from === undefined ? undefined : /@([^@>\s]+)>?\s*$/.exec(from)?.[1];
}
