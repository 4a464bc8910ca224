import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Changing } from '../../testkit/until.ts';
import type { ImageStore } from './image-store.ts';

export interface ContainerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Instead of the image's entry point. */
  readonly command?: readonly string[];
  /** For the entry point. */
  readonly args?: readonly string[];
  /** Folders of the host, and where they are in the container: writable, as nothing else is. */
  readonly volumes?: Readonly<Record<string, string>>;
}

/** Runs an image's entry point, or another command of it, as a container engine would; there need be none. */
export class Container extends Changing {
  /** Lines that it wrote to stdout and stderr. */
  readonly lines: string[] = [];
  /** Set when it has ended. */
  exit: { code: number | null; signal: string | null } | undefined;
  readonly #process: ChildProcess;

  private constructor(started: ChildProcess) {
    super();
    this.#process = started;
    for (const stream of [started.stdout, started.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.changed();
      });
    }
    started.on('close', (code, signal) => {
      this.exit = { code, signal };
      this.changed();
    });
  }

  static async start(store: ImageStore, image: string, options: ContainerOptions = {}): Promise<Container> {
    const config = await store.config(image);
    const container = await store.from(image);
    const command = options.command ?? [...config.Entrypoint, ...(options.args ?? [])];
    const volumes = Object.entries(options.volumes ?? {}).map(([from, to]) => `${from}:${to}`);
    const enter = [join(import.meta.dirname, 'enter.sh'), config.User, config.WorkingDir];
    return new Container(
      spawn('unshare', ['--mount', '--pid', '--fork', '--', 'sh', ...enter, ...command], {
        // The program sees its image's environment and what it is told, nothing of this process.
        env: {
          ...Object.fromEntries(config.Env.map((line) => splitOnce(line))),
          ...options.env,
          ROOT_COMMAND: store.argv('mount', container).join(' '),
          VOLUMES: volumes.join(' '),
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    );
  }

  /** Runs a command of the image to its end. */
  static async run(
    store: ImageStore,
    image: string,
    command: readonly string[],
    options: ContainerOptions = {},
  ): Promise<{ code: number | null; lines: readonly string[] }> {
    const container = await Container.start(store, image, { ...options, command });
    await container.until(() => container.exit !== undefined);
    return { code: container.exit?.code ?? null, lines: container.lines };
  }

  /** Resolves when the program has logged this event; throws with what it said if it ends before. */
  async event(name: string): Promise<void> {
    const logged = () => this.lines.some((line) => line.includes(`"event":"${name}"`));
    await this.until(() => logged() || this.exit !== undefined);
    if (!logged()) throw new Error(`It ended before ${name}:\n${this.lines.join('\n')}`);
  }

  /** Runs a command beside the program, in its file system and process namespace, as its user; resolves to the exit code. */
  async exec(command: readonly string[]): Promise<number | null> {
    const pid = await this.pid();
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const [uid = '', gid = ''] = ['Uid', 'Gid'].map(
      (name) => new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1],
    );
    const env = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter((line) => line !== '');
    const beside = spawn(
      'nsenter',
      [
        ...['--target', String(pid), '--mount', '--pid', '--root', '--wd'],
        ...['--setuid', uid, '--setgid', gid, '--', ...command],
      ],
      { env: Object.fromEntries(env.map((line) => splitOnce(line))), stdio: 'ignore' },
    );
    const [code] = await once(beside, 'close');
    return code;
  }

  /** Sends the program a signal and resolves to its exit code. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.exit === undefined) process.kill(await this.pid(), signal);
    await this.until(() => this.exit !== undefined);
    return this.exit?.code ?? null;
  }

  /** The program's process as this side sees it; inside it is process 1. */
  async pid(): Promise<number> {
    const parent = this.#process.pid;
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]);
  }
}

/** `NAME=value` → `[NAME, value]`. */
function splitOnce(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}
