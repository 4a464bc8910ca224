// The page: console and viewer, as static files for the browser.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { requestOriginOf } from '../lib/adapters/node/http/direct-request.ts';
import { guardClients } from '../lib/adapters/node/http/guard-clients.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { pageCodec } from '../lib/config/programs/page.ts';
import { systemClock } from '../lib/net/clock.ts';
import { apiCards } from '../lib/player/documents/api-cards.ts';
import { keptCards } from '../lib/player/documents/kept-cards.ts';
import { cardFor, configFor } from '../lib/player/policy/own-machine.ts';
import type { PageFiles } from '../lib/player/policy/routes.ts';
import type { StreamCard } from '../lib/player/policy/stream-card.ts';
import { readPage } from '../lib/player/read-page.ts';
import { createPageServer } from '../lib/player/server.ts';

await runProgram({
  codec: pageCodec,
  role: 'page',
  async start({ host, port, reloadTabs, ownNames, filesDir, cardsBaseUrl, ...config }, emit) {
    const startedMs = performance.now();
    const build = reloadTabs ? randomUUID() : undefined;
    const files = filesDir === undefined ? await bundled(build) : await readPage(filesDir);
    let bytes = 0;
    for (const { body } of files.values()) bytes += body.length;
    emit('player.page.built', {
      files: files.size,
      bytes,
      durationMs: Math.round(performance.now() - startedMs),
    });
    // The server asks the API by the name that this machine itself uses; whoever reads the card may have called another.
    const placed = (card: StreamCard, url: URL) => cardFor(card, url.host, ownNames);
    const apiOf = async (region = config.region) => (region === config.region ? cardsBaseUrl : undefined);
    const cards = keptCards(apiCards(apiOf), systemClock.nowMs);
    const server = createPageServer(files, config, {
      build,
      cards,
      placed,
      onUnavailable: (cause) => emit('player.card.unavailable', { cause }),
      configFor: (request, common) => configFor(requestOriginOf(request), common, ownNames),
    });
    guardClients(server, { maxConnections: 4096 });
    server.listen(port, host);
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      async stop() {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      },
    };
  },
});

/** Loads the bundler only where the page isn't made yet. */
async function bundled(build: string | undefined): Promise<PageFiles> {
  const { bundlePage } = await import('../lib/player/bundle.ts');
  return bundlePage({ build });
}
