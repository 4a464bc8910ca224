// `npm run drill -- --simulate`: the lease protocol under random schedules of faults, each reproducible from its seed.
import { readFlags, UsageError } from '../../lib/config/command-line.ts';
import { brokenRules, productRules } from './rules.ts';
import { scheduleOf } from './schedule.ts';
import { type Run, simulate } from './simulate.ts';

interface SimulationOptions {
  readonly seed: number;
  readonly schedules: number;
  /** The part of the protocol left out, to check that the simulation notices. */
  readonly broken?: string | undefined;
  readonly json: boolean;
}

/** How many broken schedules to report in full. */
const maxReported = 5;
const progressEvery = 10_000;

/** Runs what the flags request, and sets the exit code. Throws `UsageError`. */
export async function runSimulation(args: readonly string[]): Promise<void> {
  const { seed, schedules, broken, json } = readOptions(args);
  const rules = broken === undefined ? productRules : brokenRules[broken];
  const beganMs = performance.now();
  const bad: Run[] = [];
  let grants = 0;
  for (let done = 0; done < schedules; done++) {
    const run = await simulate(seed + done, rules);
    grants += run.grants;
    if (run.violations.length > 0) {
      bad.push(run);
      if (bad.length <= maxReported && !json) process.stdout.write(violationText(run));
    }
    if ((done + 1) % progressEvery === 0)
      process.stderr.write(`drill: ${done + 1} schedules, ${bad.length} broken\n`);
  }
  const seconds = (performance.now() - beganMs) / 1000;
  if (json) {
    const broke = bad.map(({ schedule, violations }) => ({ seed: schedule.seed, violations }));
    process.stdout.write(`${JSON.stringify({ seed, schedules, grants, seconds, broken: broke }, null, 2)}\n`);
  } else {
    const range = `${schedules} schedules from seed ${seed}`;
    const verdict = bad.length === 0 ? 'every promise held' : `${bad.length} broke a promise`;
    process.stdout.write(`${range}: ${grants} leases taken, ${verdict} (${seconds.toFixed(1)} s)\n`);
  }
  process.exitCode = bad.length === 0 ? 0 : 1;
}

function violationText({ schedule: { seed }, violations }: Run): string {
  const what = violations.map(
    ({ atMs, promise, detail }) => `  at ${atMs} ms, broken: ${promise} (${detail})`,
  );
  const faults = scheduleOf(seed).faults.map((fault) => `  ${JSON.stringify(fault)}`);
  const again = `  repeat: npm run drill -- --simulate --schedules 1 --seed ${seed}`;
  return `${[`Seed ${seed}`, ...what, ...faults, again].join('\n')}\n`;
}

function readOptions(args: readonly string[]): SimulationOptions {
  const values = flagsIn(args);
  const faults: string[] = [];
  const [seed, schedules] = [Number(values.seed), Number(values.schedules)];
  if (!/^\d{1,9}$/.test(values.seed)) faults.push(`--seed must be a whole number; got '${values.seed}'`);
  if (!/^[1-9]\d{0,8}$/.test(values.schedules)) {
    faults.push(`--schedules must be a whole number of at least 1; got '${values.schedules}'`);
  }
  const { broken, json } = values;
  if (broken !== undefined && !(broken in brokenRules)) {
    faults.push(`--broken must be one of ${Object.keys(brokenRules).join(', ')}; got '${broken}'`);
  }
  if (faults.length > 0) throw new UsageError(faults);
  return { seed, schedules, broken, json };
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    options: {
      simulate: { type: 'boolean', default: true },
      seed: { type: 'string', default: '1' },
      schedules: { type: 'string', default: '100000' },
      broken: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  }).values;
