import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, Figure } from './report.ts';

const data = process.env['ONLINE_RETAIL'] ?? '../shared/data/online_retail';

/** The 334,054 real lines, imported in silence and then wound through. */
export const onlineRetailBench: Bench = {
  name: 'online-retail',
  async run(): Promise<readonly Figure[]> {
    if (!existsSync(data)) {
      process.stdout.write(
        `The Online Retail files are not at ${data}: this benchmark is left out. See examples/online-retail.md.\n`,
      );
      return [];
    }
    const files = readdirSync(data)
      .filter((name) => /^lines_.*\.csv\.gz$/.test(name))
      .sort()
      .map((name) => join(data, name));
    const timed = (more: readonly string[]): number => {
      const folder = mkdtempSync(join(tmpdir(), 'sojourn-retail-'));
      const startMs = performance.now();
      const args = [
        '--disable-warning=ExperimentalWarning',
        'cli/sojourn.ts',
        'import',
        ...files,
        '--map',
        'examples/online-retail.map.json',
        '--data',
        folder,
        ...more,
      ];
      execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      rmSync(folder, { recursive: true, force: true });
      return (performance.now() - startMs) / 1000;
    };
    return [
      { work: 'import of the 334,054 lines', value: timed([]), unit: 's', aim: '≤ 60' },
      { work: 'nine months wound through the journeys', value: timed(['--wind']), unit: 's', aim: '≤ 60' },
    ];
  },
};
