import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { programCodec } from '../../../config/programs/program.ts';
import { pauseMs, type RetryPolicy } from '../../../retry/policy/backoff.ts';

/** One program of the platform, as the supervisor starts it. */
export interface ProcessSpec {
  readonly role: string;
  readonly name: string;
  /** Program path relative to the repository root. */
  readonly program: string;
  /** Sources that the program reads without importing them, relative to the repository root. */
  readonly alsoReads?: readonly string[];
  /** Flags for Node itself, such as `--inspect`. */
  readonly nodeFlags?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  /** Processes stop in ascending order: those that feed others stop first. */
  readonly stopOrder: number;
  /**
   * The log event that means the process no longer listens and is only finishing its work. Its successor starts then, alongside
   * it. Left out if the successor must wait for it to exit.
   */
  readonly successorAt?: string;
}

export interface ProcessStatus {
  readonly role: string;
  readonly name: string;
  readonly pid: number;
  readonly port: number;
}

/** A process's log line, as written. */
export type ProcessLine = Readonly<Record<string, unknown>> & {
  readonly event: string;
  readonly name: string;
};

interface SupervisorEvents {
  /** Every log event of every process. */
  line: [ProcessLine];
  exited: [{ name: string; role: string; code: number | null; signal: string | null; restartInMs: number }];
  /** The process no longer listens; its successor starts while it finishes its work. */
  succeeded: [{ name: string; role: string }];
  /** A process that already has a successor exited. */
  left: [{ name: string; role: string; code: number | null; signal: string | null }];
  restarted: [ProcessStatus];
  /** `stop` was called. */
  stopping: [];
}

/** A process failed its first start; the message gives the reason in one line. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: string;
  readonly mend: string | undefined;

  constructor(process: string, failed: Readonly<Record<string, unknown>> = {}) {
    super(`${process} did not start: ${failed.reason ?? 'it exited without giving a reason'}`);
    this.code = typeof failed.code === 'string' ? failed.code : 'START_FAILED';
    this.mend = typeof failed.mend === 'string' ? failed.mend : undefined;
  }
}

const restarts: RetryPolicy = { firstMs: 100, longestMs: 10_000, jitter: 0.1 };
/** After staying up this long, a process gets the shortest back-off again. */
const steadyMs = 10_000;
const stopWithinMs = 8_000;
/** The time ECS allows between SIGTERM and SIGKILL. */
const drainWithinMs = 120_000;
/** A start that takes longer no longer keeps the next one waiting. */
const startTurnMs = 10_000;

/**
 * For a process that exited unexpectedly after `uptimeMs`, with `before` consecutive failures until then: its consecutive
 * failures now, and the back-off before it is restarted. `random`: in [0, 1).
 */
export function nextRestart(
  before: number,
  uptimeMs: number,
  random: number,
): { readonly failures: number; readonly delayMs: number } {
  const failures = uptimeMs >= steadyMs ? 1 : before + 1;
  return { failures, delayMs: Math.round(pauseMs(restarts, failures, random)) };
}

/**
 * Starts processes, restarts those that exit, and stops them all. Successors of drained processes start one after another: a start
 * is a burst of work beside whatever is on air. A process that failed is missing, and doesn't wait.
 */
export class Supervisor extends EventEmitter<SupervisorEvents> {
  readonly #root: string;
  readonly #children: SupervisedProcess[];
  readonly #environment: Readonly<Record<string, string>>;
  /** Settles when the next successor may start. */
  #turn: Promise<unknown> = Promise.resolve();
  #stopping = false;

  /** `environment` applies to every process; its spec takes precedence. */
  constructor(
    root: string,
    specs: readonly ProcessSpec[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    super();
    this.#root = root;
    this.#environment = environment;
    this.#children = specs.map((spec) => ({ spec, leaving: new Set(), failures: 0 }));
  }

  /** Starts everything. Resolves once all processes are ready; throws `StartError` as soon as one exits. */
  async start(): Promise<void> {
    await Promise.all(this.#children.map((child) => this.#launch(child)));
  }

  /** The running processes, in the order of the specs. */
  status(): ProcessStatus[] {
    return this.#children.flatMap(({ spec, process }) =>
      process?.pid === undefined
        ? []
        : [{ role: spec.role, name: spec.name, pid: process.pid, port: spec.port }],
    );
  }

  /** Kills a process as a crash would; it is restarted. False if no process of this name is running. */
  kill(name: string): boolean {
    return this.#find(name)?.process?.kill('SIGKILL') ?? false;
  }

  /**
   * Replaces a process as a deploy does: it finishes its work (SIGTERM) and is restarted immediately; one that is waiting to
   * restart is started now. Resolves when its successor is ready, or with undefined if no process of this name is running or
   * everything is stopping. A process that has not exited after `withinMs` is killed.
   */
  async drain(name: string, withinMs = drainWithinMs): Promise<ProcessStatus | undefined> {
    const child = this.#find(name);
    if (child === undefined || this.#stopping) return undefined;
    if (!this.startNow(name)) {
      if (child.process === undefined) return undefined;
      child.draining = true;
      void stopProcess(child.process, withinMs);
    }
    return new Promise<ProcessStatus | undefined>((resolve) => {
      const listen = (status?: ProcessStatus) => {
        if (status !== undefined && status.name !== name) return;
        this.off('restarted', listen).off('stopping', listen);
        resolve(status);
      };
      this.on('restarted', listen).on('stopping', listen);
    });
  }

  /** Starts a process that is waiting for its restart at once. False if no process of this name is waiting. */
  startNow(name: string): boolean {
    const child = this.#find(name);
    if (child?.restart === undefined || this.#stopping) return false;
    clearTimeout(child.restart.timer);
    void this.#relaunch(child);
    return true;
  }

  #find(name: string): SupervisedProcess | undefined {
    return this.#children.find(({ spec }) => spec.name === name);
  }

  /** Stops all processes in stop order; those that don't exit in time are killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.emit('stopping');
    for (const child of this.#children) clearTimeout(child.restart?.timer);
    const orders = [...new Set(this.#children.map(({ spec }) => spec.stopOrder))].sort((a, b) => a - b);
    for (const order of orders) {
      await Promise.all(
        this.#children
          .filter(({ spec }) => spec.stopOrder === order)
          .flatMap(({ process, leaving }) => [process, ...leaving])
          .map((process) => stopProcess(process)),
      );
    }
  }

  #launch(child: SupervisedProcess): Promise<void> {
    const { spec } = child;
    const startedMs = performance.now();
    const flags = ['--disable-warning=ExperimentalWarning', ...(spec.nodeFlags ?? [])];
    const started = spawn(process.execPath, [...flags, spec.program], {
      cwd: this.#root,
      // Its own process group, so that Ctrl-C in the terminal reaches only the supervisor, which stops them in order.
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...this.#environment,
        ...spec.env,
        ...programCodec.encode({ exitWithParent: true }),
      },
    });
    child.process = started;
    return new Promise((ready, failed) => {
      let failure: ProcessLine | undefined;
      createInterface({ input: started.stdout }).on('line', (text) => {
        const line = parseLine(text, spec);
        if (line.event === 'process.ready') ready();
        if (line.event === 'process.failed') failure = line;
        this.emit('line', line);
        if (line.event === spec.successorAt && child.process === started) this.#succeed(child, started);
      });
      started.on('error', (cause) => failed(new StartError(spec.name, { reason: cause.message })));
      started.on('close', (code, signal) => {
        if (child.leaving.delete(started)) {
          this.emit('left', { name: spec.name, role: spec.role, code, signal });
          return;
        }
        child.process = undefined;
        failed(new StartError(spec.name, failure));
        if (this.#stopping) return;
        // A drained process did not fail.
        const isDrained = child.draining === true;
        const { failures, delayMs } = isDrained
          ? { failures: 0, delayMs: 0 }
          : nextRestart(child.failures, performance.now() - startedMs, Math.random());
        child.failures = failures;
        child.draining = false;
        this.emit('exited', { name: spec.name, role: spec.role, code, signal, restartInMs: delayMs });
        if (isDrained) this.#relaunchInTurn(child);
        else child.restart = { timer: setTimeout(() => void this.#relaunch(child), delayMs) };
      });
    });
  }

  #succeed(child: SupervisedProcess, old: ChildProcess): void {
    if (this.#stopping) return;
    child.leaving.add(old);
    child.draining = false;
    child.process = undefined;
    this.emit('succeeded', { name: child.spec.name, role: child.spec.role });
    this.#relaunchInTurn(child);
  }

  #relaunchInTurn(child: SupervisedProcess): void {
    const waiting = {};
    child.restart = waiting;
    // Unless it was started early.
    const started = this.#turn.then(async () => {
      if (child.restart === waiting) await this.#relaunch(child);
    });
    this.#turn = Promise.race([started, pause(startTurnMs, undefined, { ref: false })]);
  }

  /** Resolves when it is ready, or has failed. */
  async #relaunch(child: SupervisedProcess): Promise<void> {
    child.restart = undefined;
    if (this.#stopping) return;
    await this.#launch(child).then(
      () => {
        const status = this.status().find(({ name }) => name === child.spec.name);
        if (status) this.emit('restarted', status);
      },
      // A failed restart emits 'exited' above, which schedules the next one.
      () => {},
    );
  }
}

interface SupervisedProcess {
  readonly spec: ProcessSpec;
  process?: ChildProcess | undefined;
  /** Predecessors of `process` that are finishing their work. */
  readonly leaving: Set<ChildProcess>;
  /** Set while it waits to be started again: for its time, or for its turn. */
  restart?: { readonly timer?: NodeJS.Timeout } | undefined;
  /** Consecutive unexpected exits. */
  failures: number;
  draining?: boolean;
}

async function stopProcess(process: ChildProcess | undefined, withinMs = stopWithinMs): Promise<void> {
  if (process === undefined) return;
  const closed = once(process, 'close');
  process.kill('SIGTERM');
  const deadline = setTimeout(() => process.kill('SIGKILL'), withinMs);
  await closed;
  clearTimeout(deadline);
}

/** Programs log JSON; anything else (such as a runtime warning) becomes a `process.output` line. */
function parseLine(text: string, spec: ProcessSpec): ProcessLine {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'event' in value) return value as ProcessLine;
  } catch {
    // Not JSON: passed on verbatim below.
  }
  return { level: 'info', event: 'process.output', role: spec.role, name: spec.name, text };
}
