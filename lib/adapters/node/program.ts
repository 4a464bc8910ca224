import { flushCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { UsageError } from '../../config/command-line.ts';
import { EnvironmentError } from '../../config/env.ts';
import { programCodec } from '../../config/programs/program.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { createLog } from './log.ts';

/** A started program. */
export interface RunningProgram {
  /** The port where others reach it, for the `process.ready` event. */
  readonly port: number;
  /** Finishes ongoing work within the program's own limits, then releases everything. Called once. */
  stop(): Promise<void>;
}

export interface Program<Config> {
  /** Reads the environment; may look up elsewhere what the environment leaves open. Throws on invalid settings. */
  readonly codec: { decode(env: Readonly<Record<string, string | undefined>>): Config | Promise<Config> };
  /** The stage's name, for example `ingest`. */
  readonly role: string | ((config: Config) => string);
  /** The process's name, for example `ingest-1`. @default the role */
  readonly name?: (config: Config) => string;
  start(config: Config, emit: EmitEvent): Promise<RunningProgram>;
}

/**
 * How much memory may become garbage before it is collected, relative to the JavaScript objects that are in use (20 to 40 MB). V8
 * would collect after about 50 %, and counts the bytes that pass through: with one broadcast of 4 Mb/s it would go through a worker's heap
 * every 2 s, which takes more than a third of the worker's own CPU time.
 */
const heapGrowthPercent = 300;

/**
 * Runs a program from start to end: reads the environment once, starts, logs `process.ready`, stops on SIGTERM, SIGINT or (with
 * HEADWATER_EXIT_WITH_PARENT=1) when its stdin closes, and exits 0. If the start fails, it logs `process.failed` with advice on
 * the fix and exits 1. The same happens on an uncaught error: the process is then in an unknown state, and the supervisor starts
 * a fresh one.
 */
export async function runProgram<Config>(program: Program<Config>): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${heapGrowthPercent}`);
  const unnamed = {
    role: typeof program.role === 'string' ? program.role : 'headwater',
    name: 'headwater',
  };
  let emit = createLog(unnamed);
  const fail = (fault: unknown): never => {
    emit('process.failed', explainFault(fault));
    process.exit(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    const { exitWithParent, metricsNamespace } = programCodec.decode(process.env);
    emit = createLog({ ...unnamed, metricsNamespace });
    const config = await program.codec.decode(process.env);
    const role = typeof program.role === 'string' ? program.role : program.role(config);
    const name = program.name?.(config) ?? role;
    emit = createLog({ role, name, metricsNamespace });
    const running = await program.start(config, emit);
    onStopRequest(exitWithParent, (signal) => {
      emit('process.stopping', { signal });
      running.stop().then(() => process.exit(0), fail);
    });
    emit('process.ready', { role, name, port: running.port });
    // With NODE_COMPILE_CACHE: Node would write the cache only on exit, and a killed process would leave none.
    flushCompileCache();
  } catch (fault) {
    fail(fault);
  }
}

/** Calls `stop` once, on the first stop request; further ones are ignored. */
function onStopRequest(exitWithParent: boolean, stop: (signal: string) => void): void {
  let asked = false;
  const ask = (signal: string) => {
    if (asked) return;
    asked = true;
    stop(signal);
  };
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
  if (exitWithParent) {
    process.stdin.on('end', () => ask('stdin closed'));
    process.stdin.on('error', () => ask('stdin closed'));
    process.stdin.resume();
  }
}

/** Explains an error to people: `code`, what happened and, if known, how to fix it. */
export function explainFault(fault: unknown): { code: string; reason: string; mend?: string } {
  if (fault instanceof EnvironmentError) return { code: fault.code, reason: fault.faults.join('; ') };
  if (fault instanceof UsageError) return { code: fault.code, reason: fault.message };
  if (!(fault instanceof Error)) return { code: 'UNKNOWN', reason: String(fault) };
  const {
    code = fault.name,
    port,
    path,
    address,
    mend,
  } = fault as Error & {
    code?: string;
    port?: number;
    path?: string;
    address?: string;
    mend?: string;
  };
  const known = mends[code]?.({ port, path, address });
  if (known) return { code, ...known };
  return { code, reason: mend === undefined ? (fault.stack ?? fault.message) : fault.message, mend };
}

type FaultPlace = { port?: number; path?: string; address?: string };

const mends: Record<string, (at: FaultPlace) => { reason: string; mend: string }> = {
  EADDRNOTAVAIL: ({ address }) => ({
    reason: `${address} is not an address of this machine.`,
    mend: 'Choose one of its addresses with --host ADDRESS, or 0.0.0.0 for all.',
  }),
  EADDRINUSE: ({ port }) => ({
    reason: `Port ${port} is in use by another program.`,
    mend: 'Stop that program, or choose other ports with --port-base N.',
  }),
  EACCES: ({ port, path }) => ({
    reason:
      port === undefined
        ? `${path} cannot be opened: permission denied.`
        : `This user is not allowed to open port ${port}.`,
    mend:
      port === undefined
        ? `Make ${path} writable for this user, or choose another folder with --data-dir DIR.`
        : 'Choose ports above 1024 with --port-base N.',
  }),
  ENOTDIR: ({ path }) => ({
    reason: `${path} cannot be created: part of its path is a file.`,
    mend: 'Choose another folder with --data-dir DIR.',
  }),
  EEXIST: ({ path }) => ({
    reason: `${path} is a file, not a folder.`,
    mend: 'Choose another folder with --data-dir DIR.',
  }),
  EROFS: ({ path }) => ({
    reason: `${path} is on a read-only file system.`,
    mend: 'Choose a writable folder with --data-dir DIR.',
  }),
  ENOSPC: ({ path }) => ({
    reason: `The disk is full${path === undefined ? '' : ` (${path})`}.`,
    mend: 'Free up space, or choose another disk with --data-dir DIR.',
  }),
};
