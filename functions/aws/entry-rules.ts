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
import { ownName, secondName } from './own-name.ts';

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
   * Lets in beforehand, beside what is let in, whatever will begin these journeys: until they are current it is turned
   * away, and from that instant on nobody is missed, however long it takes until rules follow. Safe to repeat.
   */
  async open(journeys: readonly JourneyVersion[]): Promise<void> {
    const standing = await this.list();
    for (const journey of journeys) {
      const pattern = patternOf(journey);
      const rules = standing.get(journey.id) ?? [];
      if (!pattern || rules.some((rule) => !this.isOwn(rule) && isAsWanted(rule, pattern))) continue;
      const main = rules.find(({ Name }) => Name === this.mainName(journey.id));
      // Made again where it stands already: it may have lost its target to a try that died.
      if (main && isAsWanted(main, pattern)) await this.make(this.mainName(journey.id), journey.id, pattern);
      else await this.make(secondName(this.settings.prefix, journey.id), journey.id, pattern);
    }
  }

  /**
   * Brings all rules to what is current; safe to repeat.
   * @param mayMake whether journeys without a rule get one: a deployment makes its own afterwards
   */
  async settle(journeys: readonly JourneyVersion[], mayMake: boolean): Promise<void> {
    const standing = await this.list();
    const current = new Map(journeys.map((journey) => [journey.id, journey]));
    for (const journeyId of new Set([...standing.keys(), ...current.keys()]))
      await this.follow(journeyId, standing.get(journeyId) ?? [], patternOf(current.get(journeyId)), mayMake);
  }
  private async follow(
    journeyId: string,
    rules: readonly Rule[],
    pattern: object | undefined,
    mayMake: boolean,
  ): Promise<void> {
    const own = rules.filter((rule) => this.isOwn(rule));
    const isDeployed = own.length < rules.length;
    for (const rule of rules) if (!this.isOwn(rule)) await this.bring(journeyId, rule, pattern);
    const main = this.mainName(journeyId);
    const makes = pattern !== undefined && !isDeployed && mayMake;
    if (pattern && makes) await this.make(main, journeyId, pattern);
    const hasMain = makes || own.some(({ Name }) => Name === main);
    // Nothing goes before what lets the same in stands.
    for (const rule of own) {
      const isOver = isDeployed || (rule.Name !== main && (hasMain || !pattern));
      if (isOver) await this.delete(rule);
      else if (!makes) await this.bring(journeyId, rule, pattern);
    }
  }

  /** How rules differ from what is current. */
  async look(journeys: readonly JourneyVersion[]): Promise<readonly RuleFinding[]> {
    const standing = await this.list();
    const current = new Map(journeys.map((journey) => [journey.id, journey]));
    const wanted = journeys.flatMap((journey): readonly RuleFinding[] => {
      const pattern = patternOf(journey);
      const rules = standing.get(journey.id) ?? [];
      if (!pattern || rules.some((rule) => isAsWanted(rule, pattern))) return [];
      const [rule] = rules;
      return [{ journeyId: journey.id, is: !rule ? 'missing' : rule.State === 'DISABLED' ? 'off' : 'other' }];
    });
    const isOn = ({ State }: Rule): boolean => State !== 'DISABLED';
    const others = [...standing].flatMap(([journeyId, rules]): readonly RuleFinding[] => {
      const open = rules.filter(isOn).length;
      if (!patternOf(current.get(journeyId))) return open > 0 ? [{ journeyId, is: 'left' }] : [];
      return open > 1 ? [{ journeyId, is: 'twice' }] : [];
    });
    return [...wanted, ...others];
  }

  /** Rules by journey: those of the deployment first, then our own, then a second one. */
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
    const rank = (rule: Rule): string => `${this.isOwn(rule) ? 1 : 0}${rule.Name}`;
    const ours = ofJourneys.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
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
  private mainName(journeyId: string): string {
    return ownName(this.settings.prefix, journeyId);
  }
  private async make(Name: string, journeyId: string, pattern: object): Promise<void> {
    const { bus, queueArn, undeliveredArn } = this.settings;
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
    try {
      await this.client.send(new RemoveTargetsCommand({ Rule: Name, EventBusName: bus, Ids: [targetId] }));
      await this.client.send(new DeleteRuleCommand({ Name, EventBusName: bus }));
    } catch (error) {
      // Somebody who publishes at the same time was first.
      if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
    }
  }
}

const patternOf = (journey: JourneyVersion | undefined): object | undefined => journey && entryRule(journey);
const isAsWanted = ({ State, EventPattern = '{}' }: Rule, pattern: object): boolean =>
  State === 'ENABLED' && isDeepStrictEqual(JSON.parse(EventPattern) as unknown, pattern);
