import { join } from 'node:path';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { dialTcp } from '../../lib/adapters/node/net/dial.ts';
import { pushDialer } from '../../lib/adapters/node/net/dial-push.ts';
import { type Listener, type ListenerHandler, listen } from '../../lib/adapters/node/net/listener.ts';
import { ReadBatch } from '../../lib/adapters/node/net/read-batch.ts';
import { resolveHost } from '../../lib/adapters/node/net/resolve.ts';
import { makeSelfSigned } from '../../lib/adapters/node/self-signed.ts';
import type { ControlStore } from '../../lib/control-store/ports.ts';
import type { DestinationRecord, FleetMember } from '../../lib/control-store/records.ts';
import { type DoorReport, PublisherArrivals } from '../../lib/ingest/arrivals.ts';
import type { KeyType } from '../../lib/ingest/certificate/policy/certificate.ts';
import { FleetLink } from '../../lib/ingest/fleet-link.ts';
import { HelloSigner } from '../../lib/ingest/hello-signer.ts';
import { KeyCheck } from '../../lib/ingest/key-check.ts';
import { FleetView } from '../../lib/ingest/policy/fleet-view.ts';
import type { GuessLimits } from '../../lib/ingest/policy/guess-limit.ts';
import { ReadMemory } from '../../lib/ingest/policy/read-memory.ts';
import type { IngestStore } from '../../lib/ingest/ports.ts';
import { defaultLimits, IngestProxy } from '../../lib/ingest/proxy.ts';
import { RefusalJournal } from '../../lib/ingest/refusal-journal.ts';
import type { SessionLimits } from '../../lib/ingest/rtmp-session.ts';
import { WorkerRouter } from '../../lib/ingest/worker-router.ts';
import { systemClock } from '../../lib/net/clock.ts';
import type { WaitingRoomLimits } from '../../lib/net/policy/waiting-room.ts';
import type { Resolve } from '../../lib/net/socket.ts';
import type { RelayKeys } from '../../lib/protocol/relay/seal.ts';
import { type DestinationLimits, defaultDestinationLimits } from '../../lib/push/destination.ts';
import { PushBudget } from '../../lib/push/policy/push-queue.ts';
import { Pushes } from '../../lib/push/pushes.ts';
import { sealDestinationKey } from '../../lib/routing/destination-key.ts';
import { type MemberId, newStreamId, type StreamId } from '../../lib/routing/ids.ts';
import { formatStreamKey, hashStreamKey, newStreamKey } from '../../lib/routing/stream-key.ts';
import { allowedAddresses } from '../../lib/routing/target-address.ts';
import { describeCause } from '../../lib/telemetry/described-cause.ts';
import type { EmitEvent, EventName } from '../../lib/telemetry/events.ts';
import { lookIntoFolder } from '../secret-watch/data-folder.ts';
import { SecretWatch } from '../secret-watch/secret-watch.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { Changing } from '../until.ts';

export const pepper = 'a pepper for tests only';
export const relayKeys: RelayKeys = ['a relay key for tests only, of thirty-two characters or more'];

/** The emitted events, in order. */
export class EventLog extends Changing {
  readonly events: { name: EventName; fields: Record<string, unknown> }[] = [];

  readonly emit: EmitEvent = (name, fields) => {
    this.events.push({ name, fields: fields as Record<string, unknown> });
    this.changed();
  };

  of(name: EventName): Record<string, unknown>[] {
    return this.events.filter((event) => event.name === name).map(({ fields }) => fields);
  }

  async first(name: EventName): Promise<Record<string, unknown>> {
    await this.until(() => this.of(name).length > 0);
    return this.of(name)[0]!;
  }
}

type JournalEntry = Parameters<ControlStore['appendEvent']>[0];

/** What the proxy has written about publishers that it refused. */
export class RefusalEntries extends Changing {
  readonly entries: JournalEntry[] = [];

  /** Once there are this many. */
  async first(count = 1): Promise<readonly JournalEntry[]> {
    await this.until(() => this.entries.length >= count);
    return this.entries;
  }

  /** Sees what `store` has taken. */
  watching(store: IngestStore): Pick<IngestStore, 'getStream' | 'appendEvent'> {
    return {
      getStream: (id) => store.getStream(id),
      appendEvent: async (event) => {
        await store.appendEvent(event);
        this.entries.push(event);
        this.changed();
      },
    };
  }
}

export interface HarnessOptions {
  readonly limits?: Partial<SessionLimits>;
  readonly workers?: readonly Omit<FleetMember, 'version'>[];
  readonly maxSessions?: number;
  readonly guesses?: GuessLimits;
  readonly batchMs?: number;
  readonly proxyHeader?: boolean;
  readonly arrivals?: WaitingRoomLimits;
  /** Wraps the store as seen by the proxy. */
  readonly store?: (store: ControlStore) => IngestStore;
  readonly push?: {
    readonly limits?: Partial<DestinationLimits>;
    readonly resolve?: Resolve;
    /** PEM. */
    readonly extraCa?: string;
    /** @default loopback */
    readonly allow?: readonly string[];
    readonly budgetBytes?: number;
  };
}

/** A destination as specified by a test. */
export interface TestDestination {
  readonly id: string;
  readonly url: string;
  readonly key: string;
  readonly enabled?: boolean;
}

/** A complete ingest proxy in this process, with real sockets and a real store. */
export interface IngestHarness {
  readonly rtmpPort: number;
  readonly rtmpsPort: number;
  readonly rtmps: Listener;
  readonly store: ControlStore;
  readonly log: EventLog;
  readonly proxy: IngestProxy;
  readonly refusals: RefusalEntries;
  /** What happened at its door since the last call. */
  door(): DoorReport;
  /** Sets the facts that a worker's heartbeats report from now on. */
  say(worker: Omit<FleetMember, 'version'>): Promise<void>;
  /** Stops a worker's heartbeats. */
  silence(id: MemberId): void;
  /** Creates a stream; returns its key as a publisher sends it. */
  addStream(destinations?: readonly TestDestination[]): Promise<{ streamId: StreamId; key: string }>;
  /** Sets a stream's destinations, as the API does. */
  setDestinations(streamId: StreamId, destinations: readonly TestDestination[]): Promise<void>;
  /** The budget for data queued for other servers. */
  readonly pushBudget: PushBudget;
  /** Throws `SecretLeakError` if a key or the pepper is in the log or the store. */
  close(): Promise<void>;
}

export const testCertificate = async (keyType: KeyType = 'ec') => {
  const { certificate: cert, privateKey: key } = await makeSelfSigned({ hosts: ['localhost'] }, 1, keyType);
  return { cert, key };
};

export async function startIngest(options: HarnessOptions = {}): Promise<IngestHarness> {
  const folder = await temporaryFolder();
  const store = openSqliteControlStore(join(folder.path, 'control.sqlite'));
  const log = new EventLog();
  const { emit } = log;
  const seen = options.store?.(store) ?? store;
  const fleet = new FleetView();
  const signer = new HelloSigner(() => relayKeys, systemClock);
  const limits = { ...defaultLimits, lingerMs: 200, ...options.limits };
  const push = options.push ?? {};
  const pushBudget = new PushBudget(push.budgetBytes ?? 256 * 1024 * 1024);
  const pushes = new Pushes({
    store: seen,
    pepper,
    memberId: 'ingest-1' as MemberId,
    resolve: push.resolve ?? resolveHost,
    dial: pushDialer({ extraCa: push.extraCa }),
    clock: { nowMs: () => performance.now(), wallMs: () => Date.now(), random: () => Math.random() },
    budget: pushBudget,
    limits: { ...defaultDestinationLimits, ...push.limits },
    allowed: allowedAddresses(push.allow ?? ['127.0.0.0/8']),
    emit,
  });
  const secrets = new Map([[pepper, 'pepper']]);
  const record = (streamId: StreamId, destination: TestDestination): DestinationRecord => {
    // Shorter ones would be found by chance.
    if (destination.key.length >= 8) secrets.set(destination.key, 'destination key');
    return destinationRecord(streamId, destination);
  };
  const refusals = new RefusalEntries();
  const journal = new RefusalJournal({ store: refusals.watching(seen), clock: systemClock, emit });
  const proxy = new IngestProxy({
    maxSessions: options.maxSessions ?? 100,
    guesses: options.guesses,
    context: {
      app: 'live',
      memberId: 'ingest-1' as MemberId,
      keys: new KeyCheck(seen, pepper),
      router: new WorkerRouter({ store: seen, fleet, dial: dialTcp, signer, emit }),
      memory: new ReadMemory(),
      journal,
      emit,
      limits,
      openTap: (about) => pushes.open(about),
    },
  });
  const arrivals = new PublisherArrivals(options.arrivals);
  const workers = new Map<MemberId, Omit<FleetMember, 'version'>>();
  const say = async (worker: Omit<FleetMember, 'version'>) => {
    workers.set(worker.id, worker);
    await store.heartbeat(worker);
  };
  for (const worker of options.workers ?? []) await say(worker);
  const beating = setInterval(() => {
    for (const worker of workers.values()) void store.heartbeat(worker);
  }, 300);
  const link = new FleetLink({
    store: seen,
    fleet,
    emit,
    self: () => ({
      id: 'ingest-1' as MemberId,
      role: 'ingest',
      host: '127.0.0.1',
      port: 1,
      capacity: 100,
      load: proxy.publishers,
      state: 'active',
    }),
    door: () => arrivals.report(),
    everyMs: 50,
  });
  const handler: ListenerHandler = {
    connected: (connection, arrival) => proxy.connected(connection, arrival),
    refused: (remote, cause) => emit('ingest.connection.refused', { client: remote.host, cause }),
  };
  const listenerOptions = {
    host: '127.0.0.1',
    port: 0,
    maxConnections: 200,
    handshakeTimeoutMs: limits.handshakeMs,
    batch: new ReadBatch(options.batchMs ?? 5),
    proxyHeaderFrom: options.proxyHeader ? allowedAddresses(['127.0.0.0/8']) : undefined,
    arrivals,
  };
  const rtmp = await listen(listenerOptions, handler);
  const rtmps = await listen({ ...listenerOptions, certificates: [await testCertificate()] }, handler);
  await link.start();
  proxy.start();
  journal.start();
  pushes.start();
  return {
    rtmpPort: rtmp.port,
    rtmpsPort: rtmps.port,
    rtmps,
    store,
    log,
    proxy,
    refusals,
    door: () => arrivals.report(),
    say,
    silence: (id) => {
      workers.delete(id);
    },
    pushBudget,
    async addStream(destinations = []) {
      const key = newStreamKey(newStreamId());
      secrets.set(key.secret, "stream key's secret");
      await store.createStream({
        id: key.streamId,
        name: 'test',
        createdAtMs: 0,
        reconnectWindowMs: 0,
        keys: [{ id: 'k1', hash: hashStreamKey(key, pepper), createdAtMs: 0 }],
        destinations: destinations.map((one) => record(key.streamId, one)),
        version: 1,
      });
      return { streamId: key.streamId, key: formatStreamKey(key) };
    },
    async setDestinations(streamId, destinations) {
      const stream = await store.getStream(streamId);
      if (stream === undefined) throw new Error('No such stream.');
      // Existing ones keep their sealed key, as in the API: a different sealed text would count as a different key.
      const records = destinations.map((one) => {
        const known = stream.destinations?.find(({ id }) => id === one.id);
        return known ? { ...known, enabled: one.enabled ?? true } : record(streamId, one);
      });
      await store.updateStream({ ...stream, destinations: records });
    },
    async close() {
      clearInterval(beating);
      rtmp.close();
      rtmps.close();
      await proxy.stop(0);
      await journal.stop();
      await pushes.stop();
      await link.stop();
      store.close();
      const watch = new SecretWatch(secrets);
      for (const { name, fields } of log.events) watch.look(`log event ${name}`, logged(fields));
      await lookIntoFolder(watch, folder.path);
      await folder.remove();
      watch.check();
    },
  };
}

/** As the log shows it. */
const logged = (fields: Record<string, unknown>): string =>
  JSON.stringify(fields, (_, value) => (value instanceof Error ? describeCause(value) : value));

function destinationRecord(
  streamId: StreamId,
  { id, url, key, enabled = true }: TestDestination,
): DestinationRecord {
  const sealedKey = sealDestinationKey(key, { pepper, streamId, destinationId: id });
  return { id, name: `to ${id}`, url, sealedKey, enabled, createdAtMs: 0 };
}
