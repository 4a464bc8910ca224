import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface MachineFacts {
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  /** Version lines of what is installed, by program; undefined for what is not. */
  readonly versions: Readonly<Record<string, string | undefined>>;
}

/** How each peer says its version. */
const versionCommands = {
  haproxy: ['haproxy', '-v'],
  nginx: ['nginx', '-v'],
  varnish: ['varnishd', '-V'],
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

/** The first version number that the program names, undefined where it is not installed. */
function versionOf(argv: readonly string[]): string | undefined {
  const said = capture(argv);
  return said === undefined ? undefined : (/\d+\.\d+[\w.+-]*/.exec(said)?.[0] ?? 'of unknown version');
}

/** What a command says on stdout and stderr; some name their version on the latter. */
function capture([command = '', ...args]: readonly string[]): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', command, ...args], {
      encoding: 'utf8',
      // Debian keeps servers where only root looks.
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    }).trim();
  } catch {
    return undefined;
  }
}
