import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AppStack } from './app-stack.ts';
import { CannotDeploy } from './cannot-deploy.ts';
import { DataStack } from './data-stack.ts';
import { parseSettings } from './settings.ts';
import { compileWorkflows } from './workflows.ts';

/** Entry of `npx cdk`: the two stacks of one stage, from `workflows/` and what `npm run build` made. */
function synthesize(root: string): void {
  const assets = join(root, 'dist');
  if (!existsSync(assets)) throw new CannotDeploy('Nothing is built yet. Run "npm run build" first.');
  const app = new App();
  const settings = parseSettings((name) => app.node.tryGetContext(name) as unknown);
  const workflows = compileWorkflows(join(root, 'workflows'));
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
