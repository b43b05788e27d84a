import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../../core/json.ts';
import type { Json, Templates } from './template.ts';

/** A rule as it stands. */
export interface Rule {
  readonly Name: string;
  readonly Description?: string;
  readonly EventBusName?: string;
  readonly EventPattern: string;
  readonly State: string;
}
export interface Target {
  readonly Id: string;
  readonly Arn: string;
  readonly InputTransformer?: {
    readonly InputPathsMap: { readonly [name: string]: string };
    readonly InputTemplate: string;
  };
}

/** Rules as EventBridge keeps them: those that stacks made, and those that functions put. */
export class Rules {
  private readonly standing = new Map<string, Rule>();
  private readonly targets = new Map<string, Map<string, Target>>();
  /** What the templates said last, by logical id. */
  private said = new Map<string, Json>();

  /** Brings rules to what the templates say now, as CloudFormation does: what they say as before is not looked at. */
  deploy(templates: Templates): void {
    const before = this.said;
    this.said = new Map();
    for (const [id, { Properties = {} }] of templates.ofType('AWS::Events::Rule')) {
      const resolved = templates.resolve(Properties) as { readonly [name: string]: Json };
      this.said.set(id, resolved);
      if (isDeepStrictEqual(before.get(id), resolved)) continue;
      const { EventPattern, Targets, State, ...rest } = resolved;
      const rule = { ...rest, EventPattern: JSON.stringify(EventPattern), State: String(State ?? 'ENABLED') };
      this.put({ ...rule, Name: nameOf(id) });
      this.targets.set(nameOf(id), new Map((Targets as unknown as readonly Target[]).map((one) => [one.Id, one])));
    }
    for (const id of before.keys()) if (!this.said.has(id)) this.standing.delete(nameOf(id));
  }

  put(rule: Rule): void {
    this.standing.set(rule.Name, rule);
  }
  /** Rules that let something through, each with where it leads. */
  get open(): readonly { readonly pattern: JsonObject; readonly targets: readonly Target[] }[] {
    return [...this.standing.values()]
      .filter(({ State }) => State === 'ENABLED')
      .map(({ Name, EventPattern }) => ({
        pattern: JSON.parse(EventPattern) as JsonObject,
        targets: [...(this.targets.get(Name)?.values() ?? [])],
      }));
  }

  /** One request of EventBridge's API; undefined for what is none of rules. */
  answer(operation: string, asked: JsonObject): object | undefined {
    const name = String(asked['Rule'] ?? asked['Name']);
    switch (operation) {
      case 'ListRules':
        return { Rules: [...this.standing.values()].filter((one) => one.EventBusName === asked['EventBusName']) };
      case 'PutRule':
        this.put(asked as unknown as Rule);
        return { RuleArn: name };
      case 'PutTargets': {
        const targets = this.targets.get(name) ?? new Map<string, Target>();
        for (const one of asked['Targets'] as unknown as readonly Target[]) targets.set(one.Id, one);
        this.targets.set(name, targets);
        return { FailedEntryCount: 0, FailedEntries: [] };
      }
      case 'RemoveTargets':
        for (const id of asked['Ids'] as readonly string[]) this.targets.get(name)?.delete(id);
        return { FailedEntryCount: 0, FailedEntries: [] };
      case 'DeleteRule':
        if ((this.targets.get(name)?.size ?? 0) > 0) throw new RangeError(`The rule ${name} still has targets.`);
        this.standing.delete(name);
        return {};
      default:
        return undefined;
    }
  }
}

/** As CloudFormation names one. */
const nameOf = (logicalId: string): string => `Sojourn-dev-App-${logicalId}-1`;
