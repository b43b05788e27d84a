#!/usr/bin/env node
// The command needs the Node that the project pins; a machine's older one only starts it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./sojourn.ts', import.meta.url));
if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.removeAllListeners('warning');
  await import(main);
} else {
  const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  // Without these, young objects (64 MB twice) and garbage that nobody is in a hurry to collect are most of a busy home.
  const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16', '--heap-growing-percent=60'];
  const child = spawn(pinned, [...flags, main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
