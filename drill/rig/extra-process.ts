import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { whenInterrupted } from '../../testkit/cleanup.ts';
import type { Platform, PlatformEvent } from '../../testkit/platform/platform.ts';

/** An extra process that belongs to a platform like the others, except for what makes it different. */
export interface ExtraProcess extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** All log events so far. */
  readonly events: readonly PlatformEvent[];
  /** Kills it, as in a crash. */
  kill(): Promise<void>;
}

/** All ports of any program; 0 picks a free one. */
const freePorts = {
  HEADWATER_RELAY_PORT: '0',
  HEADWATER_RTMP_PORT: '0',
  HEADWATER_RTMPS_PORT: '0',
  HEADWATER_HEALTH_PORT: '0',
};

/**
 * Starts another process like `model`, say `encoder-1`, under another name and with `environment` added to that one's. Reads
 * that from /proc, so Linux only. Throws with the process's own error if it doesn't start.
 */
export async function startExtraProcess(
  platform: Platform,
  model: string,
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<ExtraProcess> {
  const pid = platform.pidOf(model);
  const program = (await fieldsOf(`/proc/${pid}/cmdline`)).at(-1) ?? '';
  const inherited = (await fieldsOf(`/proc/${pid}/environ`)).map((each) => {
    const [variable = '', ...value] = each.split('=');
    return [variable, value.join('=')] as const;
  });
  const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    // It stops when its stdin closes, like the platform's own processes.
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...Object.fromEntries(inherited), ...freePorts, HEADWATER_MEMBER_ID: name, ...environment },
  });
  const settled = whenInterrupted(() => stop(started, 'SIGKILL'));
  const events: PlatformEvent[] = [];
  const { promise: ready, resolve } = Promise.withResolvers<PlatformEvent>();
  createInterface({ input: started.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as PlatformEvent;
    events.push(event);
    if (event.event === 'process.ready') resolve(event);
  });
  const up = await Promise.race([ready, once(started, 'close').then(() => undefined)]);
  if (!up) throw new Error(`${name} did not start: ${JSON.stringify(events.at(-1))}`);
  return {
    name,
    port: Number(up.port),
    pid: started.pid!,
    events,
    kill: () => stop(started, 'SIGKILL'),
    async [Symbol.asyncDispose]() {
      await stop(started, 'SIGTERM');
      settled();
    },
  };
}

async function stop(started: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (started.exitCode !== null || started.signalCode !== null) return;
  const closed = once(started, 'close');
  started.kill(signal);
  await closed;
}

/** A process's file in /proc, split into fields. */
const fieldsOf = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).split('\0').filter((field) => field !== '');
