import { readdirSync, readFileSync } from 'node:fs';

/** What Linux reports about a process (proc(5)). */
export interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  /** User and system time of all its threads, including ended ones, in clock ticks. */
  readonly cpuTicks: number;
}

/** USER_HZ: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Parses `/proc/<pid>/stat`. The name in parentheses may contain anything, including parentheses and spaces. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid: Number.parseInt(text, 10),
    parentPid: Number(fields[1]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
  };
}

/** Parses a line of `/proc/<pid>/smaps_rollup` or `status`, in kB; undefined if it is missing. */
export function parseKilobytes(text: string, name: string): number | undefined {
  const match = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text);
  return match ? Number(match[1]) : undefined;
}

/** CPU time in ms used by these processes and all their living descendants. */
export function cpuMsOfTrees(pids: readonly number[]): number {
  return cpuMsOf(treesOf(pids));
}

/** CPU time in ms of these processes alone. One that has ended counts as 0. */
export function cpuMsOf(pids: readonly number[]): number {
  const ticks = pids.reduce((sum, pid) => sum + (readStat(pid)?.cpuTicks ?? 0), 0);
  return (ticks / ticksPerSecond) * 1_000;
}

/** These processes and all their living descendants. */
export function treesOf(pids: readonly number[]): number[] {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat !== undefined);
  const found = new Set(pids);
  // A child may have a lower pid than its parent once pids wrap: repeat until nothing new is found.
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parentPid } of stats) if (found.has(parentPid)) found.add(pid);
  }
  return [...found];
}

/** Memory in kB of these processes and their descendants: RSS, and PSS if the kernel allows it. */
export function memoryOfTrees(pids: readonly number[]): { rssKb: number; pssKb: number } {
  let rssKb = 0;
  let pssKb = 0;
  for (const pid of treesOf(pids)) {
    const text = readProc(pid, 'smaps_rollup') ?? '';
    rssKb += parseKilobytes(text, 'Rss') ?? parseKilobytes(readProc(pid, 'status') ?? '', 'VmRSS') ?? 0;
    pssKb += parseKilobytes(text, 'Pss') ?? Number.NaN;
  }
  return { rssKb, pssKb };
}

function readStat(pid: number): ProcessStat | undefined {
  const text = readProc(pid, 'stat');
  return text === undefined ? undefined : parseStat(text);
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended.
    return undefined;
  }
}
