import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AppStack } from './app-stack.ts';
import { CannotDeploy } from './cannot-deploy.ts';
import { DataStack } from './data-stack.ts';
import { parseSettings, refuseMisspelt } from './settings.ts';
import { checkBuilt, compileWorkflows } from './workflows.ts';

/** Entry of `npx cdk`: the two stacks of one stage, from a folder of documents and what `npm run build` made of it. */
function synthesize(root: string): void {
  // It would synthesize at the exit of the process too, what was refused included.
  const app = new App({ autoSynth: false });
  refuseMisspelt(Object.keys(app.node.getAllContext() as object));
  const settings = parseSettings((name) => app.node.tryGetContext(name) as unknown);
  const assets = resolve(root, settings.bundles);
  const workflows = compileWorkflows(resolve(root, settings.workflows), settings.workflows);
  checkBuilt(assets, workflows, settings);
  const data = new DataStack(app, `Sojourn-${settings.stage}-Data`, { stage: settings.stage });
  new AppStack(app, `Sojourn-${settings.stage}-App`, { settings, data, workflows, assets });
  app.synth();
}

try {
  synthesize(join(import.meta.dirname, '..'));
} catch (error) {
  if (!(error instanceof CannotDeploy)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
