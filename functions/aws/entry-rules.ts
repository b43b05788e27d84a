import { isDeepStrictEqual } from 'node:util';
import {
  DeleteRuleCommand,
  ListRulesCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type EventBridgeClient,
  type Rule,
} from '@aws-sdk/client-eventbridge';
import type { JourneyVersion } from '../../core/definitions.ts';
import { entryMessage, entryRule, entryRuleSays, factPaths, ruleRetries } from '../../core/journey/entry-rule.ts';
import type { RuleFinding } from '../../core/journey/versions/drift.ts';
import { ownName } from './own-name.ts';

/** Where rules are, and where they lead. */
export interface EntryRuleSettings {
  readonly bus: string;
  /** How names of rules begin that no deployment made. */
  readonly prefix: string;
  /** ARN of the queue of entries, and of that which takes what it could not be given. */
  readonly queueArn: string;
  readonly undeliveredArn: string;
}

const saysPattern = /^May begin the journey "([^"]+)":/;
const targetId = 'Queue';

/**
 * Rules by which facts begin journeys. Those of a deployment are kept as they are called and follow what is current; a
 * journey that no deployment knows has one of ours. A journey that is not current has its rule switched off.
 */
export class EntryRules {
  private readonly client: EventBridgeClient;
  private readonly settings: EntryRuleSettings;
  constructor(client: EventBridgeClient, settings: EntryRuleSettings) {
    this.client = client;
    this.settings = settings;
  }

  /**
   * Brings all rules to what is current; safe to repeat.
   * @param mayMake whether journeys without a rule get one: a deployment makes its own afterwards
   */
  async settle(journeys: readonly JourneyVersion[], mayMake: boolean): Promise<void> {
    const standing = await this.list();
    const current = new Map(journeys.map((journey) => [journey.id, journey]));
    for (const [journeyId, rules] of standing) {
      const pattern = patternOf(current.get(journeyId));
      const [first, ...others] = rules;
      await this.bring(journeyId, first!, pattern);
      for (const rule of others) await (this.isOwn(rule) ? this.delete(rule) : this.bring(journeyId, rule, pattern));
    }
    if (!mayMake) return;
    for (const journey of journeys) {
      const pattern = patternOf(journey);
      const rules = standing.get(journey.id) ?? [];
      // One of ours may have lost its target to a try that died.
      if (pattern && !rules.some((rule) => !this.isOwn(rule))) await this.make(journey.id, pattern);
    }
  }

  /** How rules differ from what is current. */
  async look(journeys: readonly JourneyVersion[]): Promise<readonly RuleFinding[]> {
    const standing = await this.list();
    const current = new Map(journeys.map((journey) => [journey.id, journey]));
    const wanted = journeys.flatMap((journey): readonly RuleFinding[] => {
      const pattern = patternOf(journey);
      const [rule] = standing.get(journey.id) ?? [];
      if (!pattern || (rule && isAsWanted(rule, pattern))) return [];
      return [{ journeyId: journey.id, is: !rule ? 'missing' : rule.State === 'DISABLED' ? 'off' : 'other' }];
    });
    const left = [...standing].filter(
      ([id, rules]) => !patternOf(current.get(id)) && rules.some(({ State }) => State !== 'DISABLED'),
    );
    return [...wanted, ...left.map(([journeyId]): RuleFinding => ({ journeyId, is: 'left' }))];
  }

  /** Rules by journey, those of the deployment first. */
  private async list(): Promise<ReadonlyMap<string, readonly Rule[]>> {
    const found: Rule[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(
        new ListRulesCommand({ EventBusName: this.settings.bus, ...(NextToken !== undefined && { NextToken }) }),
      );
      found.push(...(page.Rules ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    const ofJourneys = found.filter(({ Description = '' }) => saysPattern.test(Description));
    const ours = ofJourneys.toSorted((a, b) => Number(this.isOwn(a)) - Number(this.isOwn(b)));
    return Map.groupBy(ours, ({ Description = '' }) => saysPattern.exec(Description)![1]!);
  }
  private isOwn({ Name = '' }: Rule): boolean {
    return Name.startsWith(this.settings.prefix);
  }

  /** @param pattern absent for a journey that nobody enters by an event */
  private async bring(journeyId: string, rule: Rule, pattern: object | undefined): Promise<void> {
    if (pattern ? isAsWanted(rule, pattern) : rule.State === 'DISABLED') return;
    await this.client.send(
      new PutRuleCommand({
        Name: rule.Name,
        EventBusName: this.settings.bus,
        Description: entryRuleSays(journeyId),
        EventPattern: pattern ? JSON.stringify(pattern) : rule.EventPattern,
        State: pattern ? 'ENABLED' : 'DISABLED',
      }),
    );
  }
  private async make(journeyId: string, pattern: object): Promise<void> {
    const { bus, prefix, queueArn, undeliveredArn } = this.settings;
    const Name = ownName(prefix, journeyId);
    await this.client.send(
      new PutRuleCommand({
        Name,
        EventBusName: bus,
        Description: entryRuleSays(journeyId),
        EventPattern: JSON.stringify(pattern),
        State: 'ENABLED',
      }),
    );
    const target = {
      Id: targetId,
      Arn: queueArn,
      InputTransformer: { InputPathsMap: { ...factPaths }, InputTemplate: entryMessage(journeyId) },
      DeadLetterConfig: { Arn: undeliveredArn },
      RetryPolicy: {
        MaximumRetryAttempts: ruleRetries.maximumRetryAttempts,
        MaximumEventAgeInSeconds: ruleRetries.maximumEventAgeInSeconds,
      },
    };
    const { FailedEntryCount = 0 } = await this.client.send(
      new PutTargetsCommand({ Rule: Name, EventBusName: bus, Targets: [target] }),
    );
    if (FailedEntryCount > 0) throw new Error(`EventBridge did not take the target of the rule ${Name}.`);
  }
  private async delete({ Name }: Rule): Promise<void> {
    const { bus } = this.settings;
    await this.client.send(new RemoveTargetsCommand({ Rule: Name, EventBusName: bus, Ids: [targetId] }));
    await this.client.send(new DeleteRuleCommand({ Name, EventBusName: bus }));
  }
}

const patternOf = (journey: JourneyVersion | undefined): object | undefined => journey && entryRule(journey);
const isAsWanted = ({ State, EventPattern = '{}' }: Rule, pattern: object): boolean =>
  State === 'ENABLED' && isDeepStrictEqual(JSON.parse(EventPattern) as unknown, pattern);
