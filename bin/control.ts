// The control API: streams, keys, broadcasts, events and the fleet, on top of the control store.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { openControlStore } from '../lib/adapters/control-stores.ts';
import { openEdgeControls } from '../lib/adapters/edge-controls.ts';
import { openEventBus } from '../lib/adapters/event-buses.ts';
import { aimed } from '../lib/adapters/node/http/aimed.ts';
import { directRequestOf } from '../lib/adapters/node/http/direct-request.ts';
import { edgeAudienceSource } from '../lib/adapters/node/http/edge-audience-source.ts';
import { checkingIntervalMs, guardClients } from '../lib/adapters/node/http/guard-clients.ts';
import { RequestName } from '../lib/adapters/node/http/request-name.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { openOrigin, readOriginToken } from '../lib/adapters/object-stores.ts';
import { openSecret, readApiToken, readKeyPepper } from '../lib/adapters/secret-sources.ts';
import { followAudience } from '../lib/audience/follow-source.ts';
import { controlCodec } from '../lib/config/programs/control.ts';
import { createControlApi } from '../lib/control/api/app.ts';
import type { ControlApi } from '../lib/control/api/context.ts';
import { DeletionRunner } from '../lib/control/deletions/deletion-runner.ts';
import { KeyRing } from '../lib/control/playback/key-ring.ts';
import { StreamPlayback } from '../lib/control/playback/stream-playback.ts';
import { directCaller } from '../lib/control/policy/callers.ts';
import { DownloadBook } from '../lib/control/recordings/download-book.ts';
import { DownloadRunner } from '../lib/control/recordings/download-runner.ts';
import { TakedownRunner } from '../lib/control/takedowns/takedown-runner.ts';
import { announcing } from '../lib/control-store/announcing-store.ts';
import { systemClock } from '../lib/net/clock.ts';
import { loopbackNames } from '../lib/net/policy/loopback.ts';
import { hostPort } from '../lib/routing/host-port.ts';
import type { MemberId } from '../lib/routing/ids.ts';

/** How long pending responses may take when the program stops; after that, live event feeds are cut. */
const drainMs = 1_000;
/** Interval for resuming takedowns and deletions that were not completed in their first run. */
const sweepEveryMs = 1_000;

/** What answers say of where things are. */
const urlFields = ['ingestRtmpUrl', 'ingestRtmpsUrl', 'playbackBaseUrl', 'pageBaseUrl'] as const;

await runProgram({
  codec: controlCodec,
  role: 'control',
  async start({ host, port, controlStore, eventRetentionDays, keyPepper, allowedHosts = [], ...rest }, emit) {
    const { edge, origin, originTokenFile, apiToken, playbackKeys, eventBus, webhookSecret, ...others } =
      rest;
    const { tierTokenFile, edgeUrl = others.playbackBaseUrl, ...config } = others;
    const token = await readApiToken(apiToken, host);
    const pepper = await readKeyPepper(keyPepper);
    const bus = eventBus && (await openEventBus({ eventBus, webhookSecret }, emit));
    const opened = await openControlStore(controlStore, { eventRetentionDays });
    const store = announcing(opened, bus, emit);
    const objects = origin && (await openOrigin(origin, originTokenFile));
    const clock = systemClock;
    // There is only one program with this role, and it is restarted only after it has exited.
    const id = 'control' as MemberId;
    const { region } = config;
    const controls = edge && (await openEdgeControls(edge, edgeUrl));
    const background =
      controls && objects ? { ...controls, store, objects, region, clock, emit, id } : undefined;
    const takedowns = background && new TakedownRunner(background);
    const deletions = background && new DeletionRunner(background);
    const book = objects && new DownloadBook({ store, clock, emit });
    const runner = book && new DownloadRunner({ book, store, objects, region, clock, emit });
    const playback = controls &&
      playbackKeys && {
        streams: new StreamPlayback({ store, edge: controls.playback, region }),
        keys: new KeyRing(await openSecret(playbackKeys), clock),
      };
    const tierToken = tierTokenFile && (await readOriginToken(tierTokenFile, 'HEADWATER_TIER_TOKEN_FILE'));
    const endAudience =
      tierToken &&
      followAudience({
        source: edgeAudienceSource(edgeUrl, tierToken),
        storeOf: (name) => (name === region ? store : undefined),
        emit,
        wallMs: clock.wallMs,
      });
    const sweeping = setInterval(() => {
      void takedowns?.sweep();
      void deletions?.sweep();
      void runner?.sweep();
    }, sweepEveryMs);
    const called = config.ownNames && new RequestName(config.ownNames);
    let app: ControlApi | undefined;
    const listener = getRequestListener(
      (request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }),
    );
    const limits = {
      requestTimeout: 10_000,
      headersTimeout: 5_000,
      connectionsCheckingInterval: checkingIntervalMs,
      maxHeaderSize: 16_384,
    };
    const answer: typeof listener = called
      ? (request, response) => called.run(request.headers.host, () => listener(request, response))
      : listener;
    const server = createServer(limits, aimed(answer));
    guardClients(server, { maxConnections: 1_000 });
    server.listen(port, host);
    await once(server, 'listening');
    const address = server.address() as AddressInfo;
    const { port: ownPort } = address;
    const listensAt = [address.address, host].map((name) => hostPort({ host: name, port: ownPort }));
    const full = {
      ...config,
      keyPepper: pepper,
      allowedHosts: [...listensAt, ...allowedHosts].flatMap(loopbackNames),
      allowedOrigins: config.allowedOrigins.flatMap(loopbackNames),
    };
    app = createControlApi({
      store,
      clock,
      emit,
      takedowns,
      deletions,
      downloads: book && {
        ask: async (streamId, request) => {
          const asked = await book.ask(streamId, request);
          void runner?.run(streamId);
          return asked;
        },
        list: (streamId) => book.list(streamId),
        forget: (streamId, broadcastId) => book.forget(streamId, broadcastId),
      },
      playback,
      callerOf: (c) => directCaller(directRequestOf(c), token),
      config: called?.follow(full, urlFields) ?? full,
    });
    return {
      port: address.port,
      async stop() {
        clearInterval(sweeping);
        if (endAudience) endAudience();
        const closed = once(server, 'close');
        server.close();
        server.closeIdleConnections();
        const cut = setTimeout(() => server.closeAllConnections(), drainMs);
        await closed;
        clearTimeout(cut);
        await runner?.stop();
        objects?.close();
        await bus?.close();
        opened.close();
      },
    };
  },
});
