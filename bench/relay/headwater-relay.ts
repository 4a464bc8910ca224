import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureSecrets } from '../../lib/adapters/local/platform/secrets.ts';
import { freePorts } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { readKeyPepper } from '../../lib/adapters/secret-sources.ts';
import { ingestProxyCodec } from '../../lib/config/programs/ingest-proxy.ts';
import type { ControlStore } from '../../lib/control-store/ports.ts';
import { type MemberId, newStreamId } from '../../lib/routing/ids.ts';
import { formatStreamKey, hashStreamKey, newStreamKey } from '../../lib/routing/stream-key.ts';
import { scratchFolder } from '../../testkit/cleanup.ts';
import { startProgram } from '../child-program.ts';
import type { RelaySubject } from './relay-subject.ts';

const host = '127.0.0.1';
const root = join(import.meta.dirname, '..', '..');

export interface HeadwaterRelayOptions {
  /** Directory for a V8 CPU profile of the proxy. */
  readonly profileDir?: string;
}

/**
 * Our proxy as in production: its program, a control store with the streams and their keys, and a fleet with one worker,
 * which is the sink.
 */
export function headwaterRelay({ profileDir }: HeadwaterRelayOptions = {}): RelaySubject {
  return {
    name: 'Headwater ingest proxy',
    sinkKind: 'relay',
    async start(sinkPort, publishers) {
      await using stack = new AsyncDisposableStack();
      const { path: dir, remove } = await scratchFolder();
      stack.defer(remove);
      const controlStorePath = join(dir, 'control.sqlite');
      const secretsDir = join(dir, 'secrets');
      await mkdir(secretsDir);
      const { keyPepperFile, relayKeysFile, tlsCertFile, tlsKeyFile } = await ensureSecrets(secretsDir);
      const store = openSqliteControlStore(controlStorePath);
      stack.defer(() => store.close());
      const pepper = await readKeyPepper(`file:${keyPepperFile}`);
      const keys = await createStreams(store, publishers, pepper);
      stack.defer(keepHeartbeat(store, sinkPort, publishers));
      const [rtmpPort = 0, rtmpsPort = 0, healthPort = 0] = await freePorts(3);
      const env = ingestProxyCodec.encode(
        // Decoding fills in the defaults of everything omitted here.
        ingestProxyCodec.decode({
          HEADWATER_MEMBER_ID: 'ingest-bench',
          HEADWATER_RTMP_PORT: String(rtmpPort),
          HEADWATER_RTMPS_PORT: String(rtmpsPort),
          HEADWATER_HEALTH_PORT: String(healthPort),
          HEADWATER_CERTIFICATE: `files:${tlsCertFile},${tlsKeyFile}`,
          HEADWATER_CONTROL_STORE: `sqlite:${controlStorePath}`,
          HEADWATER_KEY_PEPPER: `file:${keyPepperFile}`,
          HEADWATER_RELAY_KEYS: `file:${relayKeysFile}`,
        }),
      );
      const profile = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
      const program = await startProgram(
        [process.execPath, '--disable-warning=ExperimentalWarning', ...profile, 'bin/ingest-proxy.ts'],
        { port: healthPort, cwd: root, env },
      );
      stack.defer(() => program.stop());
      // The proxy has read the fleet once before it is ready; a short wait lets its start-up work finish.
      await sleep(500);
      const running = stack.move();
      return {
        targets: keys.map((key) => ({ host, port: rtmpPort, key })),
        pids: [program.pid],
        stop: () => running.disposeAsync(),
      };
    },
  };
}

/** Creates streams with one key each; returns the keys as publishers send them. */
async function createStreams(store: ControlStore, count: number, pepper: string): Promise<string[]> {
  const keys = Array.from({ length: count }, () => newStreamKey(newStreamId()));
  const createdAtMs = Date.now();
  for (const [index, key] of keys.entries()) {
    await store.createStream({
      id: key.streamId,
      name: `Bench ${index}`,
      createdAtMs,
      reconnectWindowMs: 60_000,
      keys: [{ id: 'bench', hash: hashStreamKey(key, pepper), createdAtMs }],
      version: 1,
    });
  }
  return keys.map(formatStreamKey);
}

/** Keeps the sink in the fleet as a live worker; returns a function that ends that. */
function keepHeartbeat(store: ControlStore, port: number, capacity: number): () => void {
  const beat = () =>
    store.heartbeat({
      id: 'encoder-bench' as MemberId,
      role: 'encoder',
      host,
      port,
      capacity: capacity * 2,
      load: 0,
      state: 'active',
    });
  void beat();
  const timer = setInterval(() => void beat(), 1_000);
  return () => clearInterval(timer);
}
