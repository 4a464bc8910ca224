// An ingest proxy: takes publishers over RTMP and RTMPS, checks their keys and relays them to the workers.
import { openSqliteControlStore } from '../lib/adapters/local/sqlite-control-store.ts';
import { readCertificate, watchCertificate } from '../lib/adapters/node/certificate.ts';
import { dialTcp } from '../lib/adapters/node/dial.ts';
import { serveHealth } from '../lib/adapters/node/health-server.ts';
import { listen } from '../lib/adapters/node/listener.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { ReadBatch } from '../lib/adapters/node/read-batch.ts';
import { readSecretFile } from '../lib/adapters/node/secret-file.ts';
import { ingestProxyCodec } from '../lib/config/ingest-proxy.ts';
import { FleetLink } from '../lib/ingest/fleet-link.ts';
import { KeyCheck } from '../lib/ingest/key-check.ts';
import { FleetView } from '../lib/ingest/policy/fleet-view.ts';
import { ReadMemory } from '../lib/ingest/policy/read-memory.ts';
import { defaultLimits, IngestProxy } from '../lib/ingest/proxy.ts';
import { WorkerRouter } from '../lib/ingest/worker-router.ts';

await runProgram({
  codec: ingestProxyCodec,
  role: 'ingest',
  name: ({ memberId }) => memberId,
  async start(config, emit) {
    const { memberId, host, capacity, app, replayMaxBytes } = config;
    const files = { certFile: config.tlsCertFile, keyFile: config.tlsKeyFile };
    const pepper = await readSecretFile(config.keyPepperFile, 'HEADWATER_KEY_PEPPER_FILE');
    const certificate = await readCertificate(files);
    const store = openSqliteControlStore(config.controlStorePath);
    const fleet = new FleetView();
    const proxy = new IngestProxy({
      maxSessions: capacity,
      context: {
        app,
        memberId,
        keys: new KeyCheck(store, pepper),
        router: new WorkerRouter({ store, fleet, dial: dialTcp, emit }),
        memory: new ReadMemory(),
        emit,
        limits: { ...defaultLimits, replayMaxBytes },
      },
    });
    const handler = {
      connected: (connection: Parameters<typeof proxy.connected>[0]) => proxy.connected(connection),
      refused: (remote: { host: string }, cause: Error) =>
        emit('ingest.connection.refused', { client: remote.host, cause }),
    };
    const options = {
      host,
      proxyHeader: config.proxyProtocol === 'on',
      maxConnections: capacity,
      handshakeTimeoutMs: defaultLimits.handshakeMs,
      batch: config.batchMs === 0 ? undefined : new ReadBatch(config.batchMs),
    };
    const rtmp = await listen({ ...options, port: config.rtmpPort }, handler);
    const rtmps = await listen({ ...options, port: config.rtmpsPort, certificate }, handler);
    const link = new FleetLink({
      store,
      fleet,
      emit,
      self: () => ({
        id: memberId,
        role: 'ingest',
        host,
        port: rtmp.port,
        capacity,
        load: proxy.sessions,
        state: proxy.draining ? 'draining' : 'active',
      }),
    });
    const unwatch = watchCertificate(
      files,
      (changed) => {
        rtmps.setCertificate(changed);
        emit('ingest.certificate.loaded', { file: files.certFile });
      },
      (cause) => emit('ingest.certificate.rejected', { file: files.certFile, cause }),
    );
    await link.start();
    proxy.start();
    const health = await serveHealth({ host, port: config.healthPort }, () => !proxy.draining);
    return {
      port: rtmp.port,
      async stop() {
        unwatch();
        rtmp.close();
        rtmps.close();
        await proxy.stop(config.drainMs);
        await link.stop();
        health.close();
        store.close();
      },
    };
  },
});
