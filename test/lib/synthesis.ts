import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AppStack } from '../../lib/app-stack.ts';
import { DataStack } from '../../lib/data-stack.ts';
import { parseSettings } from '../../lib/settings.ts';
import { deployedFunctions } from '../../lib/deployed-functions.ts';
import { compileWorkflows, type Workflows } from '../../lib/workflows.ts';

/** One resource of a template. */
export interface Resource {
  readonly Type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates have no types; tests look into them
  readonly Properties: any;
  readonly Metadata?: { readonly 'sojourn:function'?: string };
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}
export type Resources = Readonly<Record<string, Resource>>;

/** Two stacks of one stage, and what they come to. */
export interface Synthesis {
  readonly app: App;
  readonly data: Resources;
  readonly running: Resources;
  readonly dataTemplate: Template;
  readonly appTemplate: Template;
}

const { context: flags } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { readonly context: object };

/** The shipped documents. */
export const shipped = compileWorkflows('workflows');

/** Settings with which everything is deployed that can be. */
export const everything = {
  alarmEmail: 'on-call@example.com',
  textOrigins: ['arn:aws:sms-voice:eu-west-1:111122223333:sender-id/HarbourPine/LV'],
  pushApplications: {
    ios: 'arn:aws:sns:eu-west-1:111122223333:app/APNS/harbour-and-pine',
    android: 'arn:aws:sns:eu-west-1:111122223333:app/GCM/harbour-and-pine',
  },
};

/** Synthesizes one stage, with a bundle of one line for every function. */
export function synthesize(settings: object = everything, workflows: Workflows = shipped): Synthesis {
  // CDK's own rules take two seconds at the first synthesis; `npx cdk synth` runs them.
  const app = new App({ context: { ...flags }, analyticsReporting: false, builtinCloudFormationValidation: false });
  const read = parseSettings((name) => (settings as Record<string, unknown>)[name]);
  const data = new DataStack(app, 'Data', { stage: read.stage });
  const stack = new AppStack(app, 'App', { settings: read, data, workflows, assets });
  const [dataTemplate, appTemplate] = [Template.fromStack(data), Template.fromStack(stack)];
  return {
    app,
    dataTemplate,
    appTemplate,
    data: dataTemplate.toJSON()['Resources'] as Resources,
    running: appTemplate.toJSON()['Resources'] as Resources,
  };
}

/** Functions of ours, by their folders; CDK's own are left out. */
export const functionsOf = (resources: Resources): ReadonlyMap<string, Resource> =>
  new Map(
    ofType(resources, 'AWS::Lambda::Function').flatMap(([, resource]) => {
      const name = resource.Metadata?.['sojourn:function'];
      return name === undefined ? [] : [[name, resource] as const];
    }),
  );

/** Resources of one type, by logical id. */
export const ofType = (resources: Resources, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(resources).filter(([, resource]) => resource.Type === type);

/** The definition of a state machine, with `${…}` where CloudFormation puts ARNs: in the template, or beside it. */
export function definitionOf({ app }: Synthesis, { Properties }: Resource): string {
  if (Properties.DefinitionString !== undefined) return Properties.DefinitionString as string;
  return readFileSync(join(app.outdir, `asset.${Properties.DefinitionS3Location.Key}`), 'utf8');
}

/** A folder like `dist/`, made once for each test file. */
const assets = makeAssets();
export function makeAssets(folder = mkdtempSync(join(tmpdir(), 'sojourn-dist-'))): string {
  for (const name of deployedFunctions) {
    mkdirSync(join(folder, 'functions', name), { recursive: true });
    writeFileSync(join(folder, 'functions', name, 'index.mjs'), `export const handler = async () => '${name}';\n`);
  }
  writeFileSync(join(folder, 'functions/publish-definitions/documents.json'), '{}\n');
  return folder;
}
