import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { whenInterrupted } from '../../testkit/cleanup.ts';
import type { Platform, PlatformEvent } from '../../testkit/platform/platform.ts';

/** A process of the drill's own that belongs to a platform as its others do, but for what makes it different. */
export interface Beside extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** Every log event so far. */
  readonly events: readonly PlatformEvent[];
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
}

/** Every port of any program; 0 is a free one. */
const freePorts = {
  HEADWATER_RELAY_PORT: '0',
  HEADWATER_RTMP_PORT: '0',
  HEADWATER_RTMPS_PORT: '0',
  HEADWATER_HEALTH_PORT: '0',
};

/**
 * Starts one more process of the kind of `model`, say `encoder-1`, under another name and with `environment` on top of
 * what that one has. Reads that from /proc, so on Linux only. Throws with its own words where it does not come up.
 */
export async function startBeside(
  platform: Platform,
  model: string,
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<Beside> {
  const pid = platform.pidOf(model);
  const program = (await fieldsOf(`/proc/${pid}/cmdline`)).at(-1) ?? '';
  const inherited = (await fieldsOf(`/proc/${pid}/environ`)).map((each) => {
    const [variable = '', ...value] = each.split('=');
    return [variable, value.join('=')] as const;
  });
  const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    // It stops when its stdin closes, as the platform's own do.
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
  if (!up) throw new Error(`${name} did not come up: ${JSON.stringify(events.at(-1))}`);
  return {
    name,
    port: Number(up.port),
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

/** What the kernel tells of a process, field by field. */
const fieldsOf = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8')).split('\0').filter((field) => field !== '');
