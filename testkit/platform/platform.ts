import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A log event of the platform: one line of `npm run live -- --json`. */
export type PlatformEvent = Readonly<Record<string, unknown>> & {
  readonly event: string;
  readonly name?: string;
};

export interface Ready {
  readonly api: string;
  readonly page: string;
  readonly ingest: { readonly rtmp: string; readonly rtmps: string };
  readonly edge: string;
  /** The supervisor's API of its processes. */
  readonly processApi: string;
  readonly processes: readonly { role: string; name: string; pid: number; port: number }[];
  /** With `--inspect`: the process that a debugger can attach to, and its host and port. */
  readonly inspector?: { readonly process: string; readonly at: string };
}

/** The whole platform, started as a user starts it, on free ports and in a folder of its own. */
export class Platform {
  readonly ready: Ready;
  readonly dataDir: string;
  /** Every event so far, in order; `'event'` is emitted for each new one. */
  readonly events: PlatformEvent[];
  readonly #process: ChildProcess;
  readonly #emitter: EventEmitter<{ event: [PlatformEvent] }>;

  private constructor(
    started: ChildProcess,
    ready: Ready,
    dataDir: string,
    events: PlatformEvent[],
    emitter: EventEmitter<{ event: [PlatformEvent] }>,
  ) {
    this.#process = started;
    this.ready = ready;
    this.dataDir = dataDir;
    this.events = events;
    this.#emitter = emitter;
  }

  /**
   * Throws with the platform's own words where it does not come up. `program`: another one that takes live's flags and says
   * what it says. A free port that another test took before the platform opened it is no fault: then it is started again.
   */
  static async start(
    args: readonly string[] = [],
    dataDir?: string,
    environment: Readonly<Record<string, string>> = {},
    program = 'bin/live.ts',
  ): Promise<Platform> {
    for (let tries = 1; ; tries++) {
      try {
        return await Platform.#startOnce(args, dataDir, environment, program);
      } catch (fault) {
        if (tries === 3 || !/Port \d+ is in use/.test(String(fault))) throw fault;
      }
    }
  }

  static async #startOnce(
    args: readonly string[],
    dataDir: string | undefined,
    environment: Readonly<Record<string, string>>,
    program: string,
  ): Promise<Platform> {
    const dir = dataDir ?? (await mkdtemp(join(tmpdir(), 'headwater-')));
    const started = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        program,
        '--json',
        '--port-base',
        '0',
        '--data-dir',
        dir,
        ...args,
      ],
      {
        cwd: join(import.meta.dirname, '..', '..'),
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...environment },
      },
    );
    const events: PlatformEvent[] = [];
    const emitter = new EventEmitter<{ event: [PlatformEvent] }>();
    emitter.setMaxListeners(0);
    let words = '';
    started.stderr.on('data', (bytes: Buffer) => {
      words += bytes.toString();
    });
    const lines = createInterface({ input: started.stdout });
    const first = await Promise.race([once(lines, 'line'), once(started, 'close')]);
    const ready = typeof first[0] === 'string' ? (JSON.parse(first[0]) as Ready & PlatformEvent) : undefined;
    if (ready?.event !== 'ready') throw new Error(`The platform did not come up: ${words}`);
    events.push(ready);
    lines.on('line', (text) => {
      const event = JSON.parse(text) as PlatformEvent;
      events.push(event);
      emitter.emit('event', event);
    });
    return new Platform(started, ready, dir, events, emitter);
  }

  /** The first event, past or to come, that `matches`. */
  waitFor(matches: (event: PlatformEvent) => boolean): Promise<PlatformEvent> {
    const past = this.events.find(matches);
    if (past) return Promise.resolve(past);
    return this.waitForNext(matches);
  }

  /** The next event that `matches`; what is past does not count. */
  waitForNext(matches: (event: PlatformEvent) => boolean): Promise<PlatformEvent> {
    return new Promise((done) => {
      const listen = (event: PlatformEvent) => {
        if (!matches(event)) return;
        this.#emitter.off('event', listen);
        done(event);
      };
      this.#emitter.on('event', listen);
    });
  }

  /** Stops it as Ctrl-C does; resolves to the exit code. Keeps the data folder where `keepData`. */
  async stop({ keepData = false } = {}): Promise<number | null> {
    if (this.#process.exitCode === null) {
      const closed = once(this.#process, 'close');
      this.#process.kill('SIGINT');
      await closed;
    }
    if (!keepData) await rm(this.dataDir, { recursive: true, force: true });
    return this.#process.exitCode;
  }

  pidOf(name: string): number {
    const found = this.ready.processes.find((one) => one.name === name);
    if (!found) throw new Error(`No process ${name}`);
    return found.pid;
  }
}
