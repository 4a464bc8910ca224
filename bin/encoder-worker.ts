// An encoder worker: relay links in, segments and playlists of every rendition out.
import { ecsTaskProtection } from '../lib/adapters/aws/task-protection.ts';
import { openControlStore } from '../lib/adapters/control-stores.ts';
import { openEventBus } from '../lib/adapters/event-buses.ts';
import { identified } from '../lib/adapters/fleet-identity.ts';
import { findFfmpeg } from '../lib/adapters/node/ffmpeg/ffmpeg-binary.ts';
import { ffmpegMemoryBytes, ffmpegStarter } from '../lib/adapters/node/ffmpeg/ffmpeg-process.ts';
import { proveNvenc } from '../lib/adapters/node/ffmpeg/nvenc-probe.ts';
import { listenEdge } from '../lib/adapters/node/http/edge-server.ts';
import { serveHealth } from '../lib/adapters/node/http/health-server.ts';
import { ReadBatch } from '../lib/adapters/node/net/read-batch.ts';
import { listenForRelays } from '../lib/adapters/node/net/relay-listener.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { loadRelayKeys } from '../lib/adapters/node/relay-keys.ts';
import { openOrigin } from '../lib/adapters/object-stores.ts';
import { openSecret } from '../lib/adapters/secret-sources.ts';
import { defaultLadder, readLadder } from '../lib/config/ladder.ts';
import { encoderWorkerCodec } from '../lib/config/programs/encoder-worker.ts';
import { announcing } from '../lib/control-store/announcing-store.ts';
import { LiveService } from '../lib/encoder/live/live-service.ts';
import { SharedTime } from '../lib/encoder/policy/shared-time.ts';
import { RelayGate, unverifiedLinks } from '../lib/encoder/relay-gate.ts';
import { Worker } from '../lib/encoder/worker.ts';
import { segmentsFor } from '../lib/packaging/segment-grid.ts';
import { isMediaCredential } from '../lib/protocol/relay/media-credential.ts';

/**
 * Interval for batched reads from links and ffmpeg processes, on one tick: adds at most this latency at each of the two. A picture takes
 * about 13 ms to encode, so its part is there at the next tick or the one after. Shorter ticks cost more CPU than they save time
 * (docs/decisions/0033).
 */
const readBatchMs = 20;
/** To the media port: each live origin holds some for every rendition. */
const mostMediaConnections = 2000;

await runProgram({
  codec: { decode: (env) => identified('encoder', encoderWorkerCodec.decode(env)) },
  role: 'encoder',
  name: ({ memberId }) => memberId,
  async start(config, emit) {
    const { memberId, host, region, capacity, taskAgentUri } = config;
    const ffmpeg = await findFfmpeg(config.ffmpegPath);
    emit('encoder.ffmpeg.found', { path: ffmpeg.path, source: ffmpeg.source, version: ffmpeg.version });
    if (config.videoEncoder === 'nvenc') await proveNvenc(ffmpeg.path);
    const time = new SharedTime(() => Date.now());
    const objects = await openOrigin(config.origin, config.originTokenFile, (date) => {
      const offMs = time.heard(date);
      if (offMs !== undefined) emit('encoder.clock.corrected', { offMs: Math.round(offMs) });
    });
    // Every response has the date, even a rejection.
    void objects.get(`${region}/date`).catch(() => {});
    const store = await openControlStore(config.controlStore, config);
    const { eventBus, webhookSecret } = config;
    const bus = eventBus && (await openEventBus({ eventBus, webhookSecret }, emit));
    const batch = new ReadBatch(readBatchMs);
    const relayKeys = await loadRelayKeys(await openSecret(config.relayKeys), {
      loaded: (about) => emit('encoder.relay-keys.loaded', about),
      rejected: (about) => emit('encoder.relay-keys.rejected', about),
    });
    let worker: Worker | undefined;
    const mostLinks = capacity * 4 + 16;
    const startedMs = Date.now() - performance.now();
    const gate = new RelayGate({
      memberId,
      keys: relayKeys.current,
      mostLinks,
      nowMs: () => startedMs + performance.now(),
      emit,
      opened: (connection) => (worker ? worker.connected(connection) : connection.abort()),
    });
    const listener = await listenForRelays(
      // Links that gave way may not have closed yet.
      { host, port: config.relayPort, maxConnections: mostLinks + 2 * unverifiedLinks(mostLinks).most },
      batch,
      (connection) => gate.connected(connection),
    );
    const media =
      config.liveOrigin === 'on' &&
      (await listenEdge({
        service: new LiveService({
          region,
          streams: { find: (stream) => worker?.find(stream) },
          admits: ({ authorization }) =>
            typeof authorization === 'string' &&
            isMediaCredential(relayKeys.current(), memberId, time.now(), authorization),
        }),
        host,
        port: config.mediaPort,
        maxConnections: mostMediaConnections,
      }));
    const health = await serveHealth({ host, port: config.healthPort }, () => worker?.draining === false);
    worker = new Worker({
      memberId,
      host: config.advertisedHost,
      port: listener.port,
      ...(media && { mediaPort: media.port }),
      capacity,
      pool: config.pool,
      ...(taskAgentUri === undefined ? {} : { protection: ecsTaskProtection(taskAgentUri) }),
      store: announcing(store, bus, emit),
      objects,
      // A graphics card's driver reserves far more than it uses.
      startEncoder: ffmpegStarter(
        ffmpeg.path,
        batch,
        config.videoEncoder === 'nvenc' ? undefined : ffmpegMemoryBytes(),
      ),
      ffmpeg,
      videoEncoder: config.videoEncoder,
      ladder: config.ladder === undefined ? defaultLadder : readLadder(config.ladder),
      region,
      utcTimingUrl:
        config.playbackBaseUrl === undefined ? '/time' : new URL('/time', config.playbackBaseUrl).href,
      windowSegments: segmentsFor(config.dvrWindowSeconds * 1000),
      liveOrigin: config.liveOrigin === 'on',
      partMs: config.partMs,
      clock: { nowMs: () => performance.now(), wallMs: () => time.now() },
      emit,
    });
    await worker.start();
    return {
      port: listener.port,
      async stop() {
        await worker.drain();
        // Only now: to a proxy a refused connection says that the process, and with it the broadcast, is gone.
        listener.close();
        relayKeys.close();
        if (media) await media.close();
        health.close();
        objects.close();
        await bus?.close();
        store.close();
      },
    };
  },
});
