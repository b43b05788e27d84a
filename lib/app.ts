import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AppStack } from './app-stack.ts';
import { DataStack } from './data-stack.ts';
import { parseSettings } from './settings.ts';
import { readWorkflows } from './workflows.ts';

/** Entry of `npx cdk`: the two stacks of one stage, from `workflows/` and what `npm run build` made. */
const root = join(import.meta.dirname, '..');
const assets = join(root, 'dist');
if (!existsSync(assets)) throw new Error(`There is no ${assets}. Run "npm run build" first.`);

const app = new App();
const settings = parseSettings((name) => app.node.tryGetContext(name) as unknown);
const data = new DataStack(app, `Sojourn-${settings.stage}-Data`, { stage: settings.stage });
new AppStack(app, `Sojourn-${settings.stage}-App`, {
  settings,
  data,
  workflows: readWorkflows(join(root, 'workflows')),
  assets,
});
app.synth();
