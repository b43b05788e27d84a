import type { JsonObject } from '../../../core/json.ts';
import type { Templates } from './template.ts';

/** A machine as it is: each other definition is another revision. */
interface Standing {
  readonly definition: string;
  readonly revision: number;
  /** What the template said last: CloudFormation looks at nothing else. */
  readonly said?: string;
}
/** A version that a stack has made. */
interface Version {
  readonly arn: string;
  readonly revision: number;
  /** Whether it outlives its place in the stack. */
  readonly isRetained: boolean;
}

/** State machines as Step Functions keeps them: a version is what its machine was when it was published, for ever. */
export class Machines {
  private readonly account: string;
  private readonly standing = new Map<string, Standing>();
  /** Number of each machine's latest version; never given again. */
  private readonly numbers = new Map<string, number>();
  private readonly definitions = new Map<string, string>();
  private readonly deleted = new Set<string>();
  /** By their logical ids. */
  private versions = new Map<string, Version>();

  constructor(account: string) {
    this.account = account;
  }

  /** Brings machines and versions to what the templates say, as CloudFormation does. */
  deploy(templates: Templates): void {
    for (const [id] of templates.ofType('AWS::StepFunctions::StateMachine')) {
      const { ref } = templates.physical(id);
      const { said, revision = 0 } = this.standing.get(ref) ?? {};
      const definition = templates.definitionOf(ref);
      if (definition !== said) this.standing.set(ref, { definition, revision: revision + 1, said: definition });
    }
    const before = this.versions;
    this.versions = new Map();
    for (const [id, { Properties = {}, DeletionPolicy, UpdateReplacePolicy }] of templates.ofType(
      'AWS::StepFunctions::StateMachineVersion',
    )) {
      const machineArn = templates.text(Properties['StateMachineArn']);
      const { revision } = this.standing.get(machineArn)!;
      const old = before.get(id);
      const isRetained = DeletionPolicy === 'Retain' && UpdateReplacePolicy === 'Retain';
      // A version of another revision replaces it.
      const arn = old?.revision === revision ? old.arn : this.publish(machineArn);
      this.versions.set(id, { arn, revision, isRetained });
      templates.make(id, { ref: arn, attributes: { Arn: arn } });
    }
    const kept = new Set([...this.versions.values()].map(({ arn }) => arn));
    for (const { arn, isRetained } of before.values()) if (!isRetained && !kept.has(arn)) this.deleted.add(arn);
  }
  private publish(machineArn: string): string {
    const number = (this.numbers.get(machineArn) ?? 0) + 1;
    const arn = `${machineArn}:${number}`;
    this.numbers.set(machineArn, number);
    this.definitions.set(arn, this.standing.get(machineArn)!.definition);
    return arn;
  }

  /** One request of Step Functions' API; undefined for what changes or shows no machine. */
  answer(operation: string, asked: JsonObject): object | undefined {
    const [name, definition] = [String(asked['name']), String(asked['definition'])];
    const arn = String(asked['stateMachineArn'] ?? `arn:aws:states:us-east-1:${this.account}:stateMachine:${name}`);
    const { revision = 0, ...standing } = this.standing.get(arn) ?? {};
    switch (operation) {
      case 'CreateStateMachine':
        if (revision > 0) return { __type: 'StateMachineAlreadyExists' };
        this.standing.set(arn, { definition, revision: 1 });
        return { stateMachineArn: arn, stateMachineVersionArn: this.publish(arn), creationDate: 0 };
      case 'UpdateStateMachine':
        if (revision === 0) return { __type: 'StateMachineDoesNotExist' };
        this.standing.set(arn, { ...standing, definition, revision: revision + 1 });
        return { stateMachineVersionArn: this.publish(arn), updateDate: 0 };
      case 'DescribeStateMachine': {
        const found = this.definitionOf(arn);
        return found === undefined ? { __type: 'StateMachineDoesNotExist' } : { definition: found, creationDate: 0 };
      }
      default:
        return undefined;
    }
  }

  /** Deletes a version, as somebody by hand. */
  delete(versionArn: string): void {
    this.deleted.add(versionArn);
  }
  /** Of all versions that something can be started by, in the order of their making. */
  get versionArns(): readonly string[] {
    return [...this.definitions.keys()].filter((arn) => !this.deleted.has(arn));
  }
  /**
   * @param arn of a version, or of a machine: as it is now
   * @returns undefined for one that was never published, or is deleted: nothing can be started by it
   */
  definitionOf(arn: string): string | undefined {
    return this.deleted.has(arn) ? undefined : (this.definitions.get(arn) ?? this.standing.get(arn)?.definition);
  }
}
