// An ingest proxy: accepts publishers over RTMP and RTMPS, checks their keys and relays them to the workers.
import { readFile } from 'node:fs/promises';
import { openControlStore } from '../lib/adapters/control-stores.ts';
import { openEventBus } from '../lib/adapters/event-buses.ts';
import { identified } from '../lib/adapters/fleet-identity.ts';
import { certificateDaysLeft, loadCertificates } from '../lib/adapters/node/certificate.ts';
import { serveHealth } from '../lib/adapters/node/http/health-server.ts';
import { dialTcp } from '../lib/adapters/node/net/dial.ts';
import { pushDialer } from '../lib/adapters/node/net/dial-push.ts';
import { listen, TooManyConnectionsError } from '../lib/adapters/node/net/listener.ts';
import { ReadBatch } from '../lib/adapters/node/net/read-batch.ts';
import { resolveHost } from '../lib/adapters/node/net/resolve.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { openCertificates, readKeyPepper } from '../lib/adapters/secret-sources.ts';
import { ingestProxyCodec } from '../lib/config/programs/ingest-proxy.ts';
import { announcing } from '../lib/control-store/announcing-store.ts';
import { FleetLink } from '../lib/ingest/fleet-link.ts';
import { KeyCheck } from '../lib/ingest/key-check.ts';
import { FleetView } from '../lib/ingest/policy/fleet-view.ts';
import { ReadMemory } from '../lib/ingest/policy/read-memory.ts';
import { defaultLimits, IngestProxy } from '../lib/ingest/proxy.ts';
import { RefusalJournal } from '../lib/ingest/refusal-journal.ts';
import { WorkerRouter } from '../lib/ingest/worker-router.ts';
import { systemClock } from '../lib/net/clock.ts';
import { defaultDestinationLimits } from '../lib/push/destination.ts';
import { PushBudget } from '../lib/push/policy/push-queue.ts';
import { Pushes } from '../lib/push/pushes.ts';
import { allowedAddresses } from '../lib/routing/target-address.ts';

/** Limit on media queued for other servers, over all pushes. */
const maxPushBytes = 256 * 1024 * 1024;

await runProgram({
  codec: { decode: (env) => identified('ingest', ingestProxyCodec.decode(env)) },
  role: 'ingest',
  name: ({ memberId }) => memberId,
  async start(config, emit) {
    const { memberId, host, capacity, app, replayMaxBytes } = config;
    const pepper = await readKeyPepper(config.keyPepper);
    const certificateSource = await openCertificates(config.certificate);
    const { certificates, watch } = await loadCertificates(certificateSource);
    const store = await openControlStore(config.controlStore, config);
    const fleet = new FleetView();
    const { pushAllow = [], pushCaFile } = config;
    const extraCa = pushCaFile === undefined ? undefined : await readFile(pushCaFile, 'utf8');
    const { eventBus, webhookSecret } = config;
    const bus = eventBus && (await openEventBus({ eventBus, webhookSecret }, emit));
    const pushes = new Pushes({
      store: announcing(store, bus, emit),
      pepper,
      memberId,
      resolve: resolveHost,
      dial: pushDialer({ extraCa }),
      clock: { nowMs: () => performance.now(), wallMs: () => Date.now(), random: () => Math.random() },
      budget: new PushBudget(maxPushBytes),
      limits: defaultDestinationLimits,
      allowed: allowedAddresses(pushAllow),
      emit,
    });
    const journal = new RefusalJournal({ store, clock: systemClock, emit });
    const proxy = new IngestProxy({
      maxSessions: capacity,
      context: {
        app,
        memberId,
        keys: new KeyCheck(store, pepper),
        router: new WorkerRouter({ store, fleet, dial: dialTcp, emit }),
        memory: new ReadMemory(),
        journal,
        emit,
        limits: { ...defaultLimits, replayMaxBytes },
        openTap: (about) => pushes.open(about),
      },
    });
    const handler = {
      connected: (connection: Parameters<typeof proxy.connected>[0]) => proxy.connected(connection),
      refused: (remote: { host: string }, cause: Error) => {
        const isOurs = cause instanceof TooManyConnectionsError;
        emit(isOurs ? 'ingest.connection.unserved' : 'ingest.connection.refused', {
          client: remote.host,
          cause,
        });
      },
    };
    const options = {
      host,
      proxyHeader: config.proxyProtocol === 'on',
      maxConnections: capacity,
      handshakeTimeoutMs: defaultLimits.handshakeMs,
      batch: config.batchMs === 0 ? undefined : new ReadBatch(config.batchMs),
    };
    const rtmp = await listen({ ...options, port: config.rtmpPort }, handler);
    const rtmps = await listen({ ...options, port: config.rtmpsPort, certificates }, handler);
    let shown = certificates;
    const link = new FleetLink({
      store,
      fleet,
      emit,
      self: () => ({
        id: memberId,
        role: 'ingest',
        host: config.advertisedHost,
        port: rtmp.port,
        capacity,
        load: proxy.sessions,
        state: proxy.draining ? 'draining' : 'active',
      }),
      certificateDaysLeft: () => certificateDaysLeft(shown, Date.now()),
    });
    const source = certificateSource.name;
    const unwatch = watch({
      changed(next) {
        rtmps.setCertificates(next);
        shown = next;
        emit('ingest.certificate.loaded', { source });
      },
      failed: (cause) => emit('ingest.certificate.rejected', { source, cause }),
    });
    await link.start();
    pushes.start();
    journal.start();
    proxy.start();
    const health = await serveHealth({ host, port: config.healthPort }, () => !proxy.draining);
    return {
      port: rtmp.port,
      async stop() {
        unwatch();
        rtmp.close();
        rtmps.close();
        health.close();
        emit('ingest.draining', { sessions: proxy.sessions, withinMs: config.drainMs });
        await proxy.stop(config.drainMs);
        await journal.stop();
        await pushes.stop();
        await link.stop();
        await bus?.close();
        store.close();
      },
    };
  },
});
