import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly [name: string]: Json };
  readonly Metadata?: { readonly [name: string]: Json };
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}
interface Template {
  readonly Resources: { readonly [logicalId: string]: Resource };
  readonly Outputs?: { readonly [name: string]: { readonly Value: Json; readonly Export?: { readonly Name: Json } } };
}
/** What CloudFormation would know of a resource once it is made: `Ref` and its attributes. */
export interface Physical {
  readonly ref: string;
  readonly attributes: { readonly [name: string]: string };
}

export const region = 'us-east-1';
/** Account of what the context of a test's synthesis names. */
export const noAccount = '000000000000';

const stackNames = ['Data', 'App'];

/** Name of a function of ours; what CDK adds for itself has none. */
export function functionName({ Metadata }: Resource): string | undefined {
  const name = Metadata?.['sojourn:function'];
  return typeof name === 'string' ? name : undefined;
}

/** The synthesized stacks, as a deployment would resolve them. */
export class Templates {
  readonly account: string;
  private readonly stage: string;
  private folder: string;
  private stacks: readonly Template[];
  private readonly made = new Map<string, Physical>();

  /** @param folder `cdk.out` */
  constructor(folder: string, account: string, stage = 'dev') {
    this.account = account;
    this.stage = stage;
    this.folder = folder;
    this.stacks = this.read();
  }
  private read(): readonly Template[] {
    return stackNames.map((name) => {
      const file = join(this.folder, `Sojourn-${this.stage}-${name}.template.json`);
      return JSON.parse(readFileSync(file, 'utf8')) as Template;
    });
  }
  /** Takes another synthesis in place of this one; what was made of it stays. */
  replace(folder: string): void {
    this.folder = folder;
    this.stacks = this.read();
  }

  ofType(type: string): readonly (readonly [logicalId: string, resource: Resource])[] {
    return this.stacks.flatMap(({ Resources }) => Object.entries(Resources).filter(([, { Type }]) => Type === type));
  }
  /** The one resource of a type. */
  only(type: string): readonly [logicalId: string, properties: NonNullable<Resource['Properties']>] {
    const [found, ...more] = this.ofType(type);
    if (!found || more.length > 0) throw new RangeError(`There is not just one ${type} in the template.`);
    const [logicalId, { Properties = {} }] = found;
    return [logicalId, Properties];
  }
  /** Folder of a function's code, as it would be uploaded. */
  assetOf({ Metadata }: Resource): string {
    return join(this.folder, String(Metadata?.['aws:asset:path']));
  }
  /** Name of the function that a property refers to. */
  functionOf(reference: Json | undefined): string {
    const id = this.text(reference);
    const found = this.ofType('AWS::Lambda::Function').find(([one]) => one === id);
    return (found && functionName(found[1])) ?? id;
  }
  /** What the schedule of a function calls it with. */
  scheduleOf(name: string): { readonly Input?: string } {
    const own = this.ofType('AWS::Lambda::Function').find(([, resource]) => functionName(resource) === name);
    const arn = own && this.physical(own[0]).attributes['Arn'];
    for (const [, { Properties = {} }] of this.ofType('AWS::Scheduler::Schedule')) {
      const target = this.resolve(Properties['Target']) as { readonly Arn: string; readonly Input?: string };
      if (target.Arn === arn) return target;
    }
    throw new RangeError(`Nothing calls ${name} by a schedule.`);
  }
  /** Definition of a machine, as CloudFormation would put it together. */
  definitionOf(machineArn: string): string {
    const machines = this.ofType('AWS::StepFunctions::StateMachine');
    const found = machines.find(([id]) => this.physical(id).ref === machineArn);
    if (!found) throw new RangeError(`The template has no machine ${machineArn}.`);
    const { DefinitionString, DefinitionS3Location, DefinitionSubstitutions } = found[1].Properties!;
    const put = this.resolve(DefinitionSubstitutions) as { readonly [name: string]: string };
    const definition = DefinitionS3Location ? this.uploaded(DefinitionS3Location) : this.text(DefinitionString);
    return definition.replace(/\$\{(\w+)\}/g, (whole, name: string) => put[name] ?? whole);
  }
  /** A file that is uploaded as it lies beside the template. */
  private uploaded(location: Json): string {
    const { Key } = this.resolve(location) as { readonly Key: string };
    return readFileSync(join(this.folder, `asset.${Key}`), 'utf8');
  }
  /** What a stack tells of itself; undefined where there is none of that name. */
  outputsOf(stack: string): { readonly [name: string]: string } | undefined {
    const place = stackNames.findIndex((name) => stack === `Sojourn-${this.stage}-${name}`);
    if (place < 0) return undefined;
    const { Outputs = {} } = this.stacks[place]!;
    return Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, this.text(Value)]));
  }
  make(logicalId: string, physical: Physical): void {
    this.made.set(logicalId, physical);
  }
  physical(logicalId: string): Physical {
    return this.made.get(logicalId) ?? this.generic(logicalId);
  }
  /** What need not exist for the test has a name all the same, so that everything resolves. */
  private generic(logicalId: string): Physical {
    const type = this.stacks.map(({ Resources }) => Resources[logicalId]?.Type).find((one) => one !== undefined) ?? '';
    const service = type.split('::')[1]?.toLowerCase() ?? 'none';
    const arn = `arn:aws:${service}:${region}:${this.account}:${logicalId}`;
    return { ref: logicalId, attributes: { Arn: arn, Name: logicalId } };
  }

  /** A property with its intrinsic functions carried out. @throws RangeError for one that is not known here */
  resolve(value: Json | undefined): Json {
    if (Array.isArray(value)) return (value as readonly Json[]).map((one) => this.resolve(one));
    if (typeof value !== 'object' || value === null) return value ?? null;
    const [[name, given] = ['', null as Json], ...others] = Object.entries(value) as [string, Json][];
    const isCall = others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
    if (isCall) return this.call(name, given);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.resolve(one as Json)]));
  }
  text(value: Json | undefined): string {
    return String(this.resolve(value));
  }

  private call(name: string, given: Json): Json {
    switch (name) {
      case 'Ref':
        return this.ref(String(given));
      case 'Fn::GetAtt': {
        const [id = '', attribute = ''] = Array.isArray(given) ? (given as string[]) : String(given).split('.');
        return this.attribute(id, attribute);
      }
      case 'Fn::ImportValue':
        return this.imported(this.text(given));
      case 'Fn::Join': {
        const [separator, parts] = given as readonly [string, readonly Json[]];
        return parts.map((part) => this.text(part)).join(separator);
      }
      case 'Fn::Sub':
        return String(given).replace(/\$\{([^}]+)\}/g, (_, id: string) =>
          id.includes('.') && !id.startsWith('AWS::')
            ? this.attribute(...(id.split('.') as [string, string]))
            : this.ref(id),
        );
      case 'Fn::Select': {
        const [index, list] = given as readonly [number, Json];
        return (this.resolve(list) as readonly Json[])[Number(index)] ?? '';
      }
      case 'Fn::Split': {
        const [separator, text] = given as readonly [string, Json];
        return this.text(text).split(separator);
      }
      default:
        throw new RangeError(`${name} is not carried out here.`);
    }
  }
  private ref(id: string): string {
    const pseudo: { readonly [name: string]: string } = {
      'AWS::Region': region,
      'AWS::AccountId': this.account,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
    };
    return pseudo[id] ?? this.physical(id).ref;
  }
  private attribute(id: string, attribute: string): string {
    return this.physical(id).attributes[attribute] ?? `${id}.${attribute}`;
  }
  private imported(name: string): string {
    for (const { Outputs = {} } of this.stacks)
      for (const { Value, Export } of Object.values(Outputs))
        if (Export && this.text(Export.Name) === name) return this.text(Value);
    throw new RangeError(`Nothing is exported as ${name}.`);
  }
}
