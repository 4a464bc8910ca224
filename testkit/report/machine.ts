import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** The machine the measurements were taken on. */
export interface MachineFacts {
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  /** Version by program; undefined if it is not installed. */
  readonly versions: Readonly<Record<string, string | undefined>>;
}

/** The command that prints each program's version. */
const versionCommands = {
  haproxy: ['haproxy', '-v'],
  nginx: ['nginx', '-v'],
  varnish: ['varnishd', '-V'],
  mediamtx: ['mediamtx', '--version'],
  ffmpeg: ['ffmpeg', '-version'],
} as const;

export function machineFacts(): MachineFacts {
  const versions = Object.fromEntries(
    Object.entries(versionCommands).map(([name, argv]) => [name, versionOf(argv)]),
  );
  return {
    date: new Date().toISOString(),
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: capture(['uname', '-r']) ?? 'unknown',
    node: process.version,
    versions,
  };
}

export function machineText(facts: MachineFacts): string {
  const versions = Object.entries(facts.versions).map(([name, version]) => `${name} ${version ?? 'absent'}`);
  return [
    `${facts.cores} cores of ${facts.cpu}, ${facts.memoryGb} GB, Linux ${facts.kernel}, Node ${facts.node}`,
    `${versions.join(', ')}`,
    facts.date,
  ].join('\n');
}

/** The first version number in the program's output; undefined if it is not installed. */
function versionOf(argv: readonly string[]): string | undefined {
  const output = capture(argv);
  return output === undefined ? undefined : (/\d+\.\d+[\w.+-]*/.exec(output)?.[0] ?? 'of unknown version');
}

/** A command's stdout and stderr; some print their version on stderr. */
function capture([command = '', ...args]: readonly string[]): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', command, ...args], {
      encoding: 'utf8',
      // Debian installs servers in directories that are only on root's PATH.
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    }).trim();
  } catch {
    return undefined;
  }
}
