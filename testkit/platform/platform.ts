import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { lookIntoFolder, secretsIn } from '../secret-watch/data-folder.ts';
import { lookAtAnswers, lookAtProcesses } from '../secret-watch/running.ts';
import { registeredSecrets } from '../secret-watch/secret-kinds.ts';
import { SecretWatch } from '../secret-watch/secret-watch.ts';

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
  /** The supervisor's process API. */
  readonly processApi: string;
  readonly processes: readonly { role: string; name: string; pid: number; port: number }[];
  /** With `--inspect`: the process that a debugger can attach to, and its host and port. */
  readonly inspector?: { readonly process: string; readonly at: string };
}

/** The whole platform, started as a user would, on free ports and in its own folder. */
export class Platform {
  readonly ready: Ready;
  readonly dataDir: string;
  /** All events so far, in order. */
  readonly events: PlatformEvent[];
  readonly #process: ChildProcess;
  /** What it has written to stderr. */
  readonly #words: readonly string[];
  readonly #emitter: EventEmitter<{ event: [PlatformEvent] }>;

  private constructor(
    started: ChildProcess,
    ready: Ready,
    dataDir: string,
    events: PlatformEvent[],
    words: readonly string[],
    emitter: EventEmitter<{ event: [PlatformEvent] }>,
  ) {
    this.#process = started;
    this.#words = words;
    this.ready = ready;
    this.dataDir = dataDir;
    this.events = events;
    this.#emitter = emitter;
  }

  /**
   * Throws with the platform's output if it does not start. `program`: another program with the flags and output of `live`.
   * Retries if another test took a free port before the platform opened it.
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
    const words: string[] = [];
    started.stderr.on('data', (bytes: Buffer) => words.push(bytes.toString()));
    const lines = createInterface({ input: started.stdout });
    const first = await Promise.race([once(lines, 'line'), once(started, 'close')]);
    const ready = typeof first[0] === 'string' ? (JSON.parse(first[0]) as Ready & PlatformEvent) : undefined;
    if (ready?.event !== 'ready') throw new Error(`The platform did not start: ${words.join('')}`);
    events.push(ready);
    lines.on('line', (text) => {
      const event = JSON.parse(text) as PlatformEvent;
      events.push(event);
      emitter.emit('event', event);
    });
    return new Platform(started, ready, dir, events, words, emitter);
  }

  /** The first event, past or future, that `matches`. */
  waitFor(matches: (event: PlatformEvent) => boolean): Promise<PlatformEvent> {
    const past = this.events.find(matches);
    if (past) return Promise.resolve(past);
    return this.waitForNext(matches);
  }

  /** The next event that `matches`; past events don't count. */
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

  /**
   * Stops the platform as Ctrl-C does; resolves to the exit code. Removes the data folder unless `keepData`. Throws
   * `SecretLeakError` if a secret is anywhere but in its own file: in logs, answers, command lines or data.
   */
  async stop({ keepData = false } = {}): Promise<number | null> {
    if (!existsSync(this.dataDir)) return this.#process.exitCode;
    const watch = new SecretWatch(new Map([...(await secretsIn(this.dataDir)), ...registeredSecrets()]));
    try {
      if (this.#process.exitCode === null) {
        await lookAtAnswers(watch, this.ready);
        await lookAtProcesses(watch, this.#process.pid!);
        const closed = once(this.#process, 'close');
        this.#process.kill('SIGINT');
        await closed;
      }
      for (const event of this.events) watch.look(`log event ${event.event}`, JSON.stringify(event));
      watch.look('stderr', this.#words.join(''));
      await lookIntoFolder(watch, this.dataDir);
    } finally {
      if (!keepData) await rm(this.dataDir, { recursive: true, force: true });
    }
    watch.check();
    return this.#process.exitCode;
  }

  pidOf(name: string): number {
    const found = this.ready.processes.find((one) => one.name === name);
    if (!found) throw new Error(`No process ${name}`);
    return found.pid;
  }
}
