import { awsCostBench } from './aws-cost.ts';
import { checkBench } from './check.ts';
import { exitLatencyBench } from './exit-latency.ts';
import { lagBench } from './lag.ts';
import { lagAwsBench } from './lag-aws.ts';
import { fillingBench } from './filling.ts';
import { importTimeBench } from './import-time.ts';
import { intakeBench } from './intake.ts';
import { judgingBench } from './judging.ts';
import { mailBench } from './mail.ts';
import { onlineRetailBench } from './online-retail.ts';
import { proveBench } from './prove.ts';
import { report } from './report.ts';
import { segmentsBench } from './segments.ts';
import { scheduledEntryBench } from './scheduled-entry.ts';
import { waitingBench } from './waiting.ts';

/** `npm run bench [-- name …]`: all benchmarks, or those named. */
const benches = [
  awsCostBench,
  checkBench,
  exitLatencyBench,
  fillingBench,
  lagBench,
  lagAwsBench,
  importTimeBench,
  intakeBench,
  judgingBench,
  mailBench,
  proveBench,
  scheduledEntryBench,
  segmentsBench,
  waitingBench,
  onlineRetailBench,
];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no benchmark ${unknown.join(', ')}. There are: ${benches.map((bench) => bench.name).join(', ')}.\n`,
  );
  process.exit(2);
}
for (const bench of benches.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  process.stderr.write(`Running ${bench.name} …\n`);
  report(bench.name, await bench.run());
}
