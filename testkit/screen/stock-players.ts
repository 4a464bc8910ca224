import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** Players that others make, in their default configuration, each on a page of its own. */
export const stockPlayers = ['hls.js', 'dash.js'] as const;
export type StockPlayer = (typeof stockPlayers)[number];

const libraries: Readonly<Record<StockPlayer, string>> = {
  'hls.js': 'hls.js/dist/hls.min.js',
  'dash.js': 'dashjs',
};

/** Plays `?url=` in the page; `player` stays reachable for tests. */
const starts: Readonly<Record<StockPlayer, string>> = {
  'hls.js': `
    const player = new Hls();
    player.on(Hls.Events.ERROR, (_, { fatal, details }) => fatal && faults.push(details));
    player.loadSource(url);
    player.attachMedia(video);
    player.on(Hls.Events.MANIFEST_PARSED, () => video.play());`,
  // The attribute, or play(), makes it start before its own latency logic: its argument is the way.
  'dash.js': `
    const player = dashjs.MediaPlayer().create();
    player.on('error', ({ error }) => faults.push(String(error.message)));
    player.initialize(video, url, true);`,
};

export interface StockPlayerPages {
  /** The address of a page that plays this manifest at once, muted. */
  page(player: StockPlayer, manifestUrl: string): string;
  close(): void;
}

export async function serveStockPlayers(): Promise<StockPlayerPages> {
  const resolve = createRequire(import.meta.url).resolve;
  const files = new Map<string, { type: string; body: string | Buffer }>();
  for (const player of stockPlayers) {
    files.set(`/${player}`, { type: 'text/html', body: html(player) });
    files.set(`/${player}/library.js`, {
      type: 'text/javascript',
      body: await readFile(resolve(libraries[player])),
    });
  }
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': `${file.type}; charset=utf-8` }).end(file.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    page: (player, manifestUrl) => `${base}/${player}?url=${encodeURIComponent(manifestUrl)}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const html = (player: StockPlayer) => `<!doctype html>
<title>${player}</title>
<link rel="icon" href="data:,">
<video muted playsinline width="640" height="360"></video>
<script src="/${player}/library.js"></script>
<script type="module">
  const url = new URLSearchParams(location.search).get('url');
  const video = document.querySelector('video');
  const faults = [];
  ${starts[player].trim()}
  Object.assign(globalThis, { player, faults });
</script>
`;
