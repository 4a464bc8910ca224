import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import HLS from 'hls-parser';
import { parse as parseMpd } from 'mpd-parser';

/** What a player has to fetch before it can show the first picture. */
export interface Playable {
  /** URL of the segment that was fetched. */
  readonly url: string;
  readonly bytes: number;
}

/** How often a viewer's page retries while there is nothing to play. */
const pollMs = 100;

/** Calls `attempt` until it returns something; throws after `withinMs`. */
export async function pollUntil<T>(attempt: () => Promise<T | undefined>, withinMs: number): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await attempt();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`Nothing to play after ${withinMs} ms.`);
    await sleep(pollMs);
  }
}

/**
 * Fetches the multivariant playlist, the first rendition's playlist, its init segment and its last segment; undefined if any
 * is missing.
 */
export async function playableHls(url: string): Promise<Playable | undefined> {
  const multivariant = await fetchText(url);
  if (multivariant === undefined) return undefined;
  const parsed = HLS.parse(multivariant);
  const uri = parsed.isMasterPlaylist ? parsed.variants[0]?.uri : undefined;
  if (uri === undefined) return undefined;
  const mediaUrl = new URL(uri, url).href;
  // The one that grows in parts has no URI.
  const segment = (await fetchHlsMedia(mediaUrl))?.segments.findLast(({ uri: whole }) => whole !== '');
  if (segment?.map === undefined) return undefined;
  const init = await fetchBytes(new URL(segment.map.uri, mediaUrl).href);
  return init === undefined ? undefined : fetchSegment(new URL(segment.uri, mediaUrl).href);
}

export async function fetchHlsMedia(
  url: string,
  headers: Record<string, string> = {},
): Promise<HLS.types.MediaPlaylist | undefined> {
  const text = await fetchText(url, headers);
  if (text === undefined) return undefined;
  const parsed = HLS.parse(text);
  return parsed.isMasterPlaylist ? undefined : parsed;
}

/** Fetches the manifest, and the init segment and last segment of its first representation; undefined if any is missing. */
export async function playableDash(url: string): Promise<Playable | undefined> {
  const text = await fetchText(url);
  if (text === undefined || !text.includes('<Period')) return undefined;
  const segment = parseMpd(text, { manifestUri: url, NOW: Date.now() }).playlists[0]?.segments.at(-1);
  if (segment?.map === undefined) return undefined;
  const init = await fetchBytes(segment.map.resolvedUri);
  return init === undefined ? undefined : fetchSegment(segment.resolvedUri);
}

async function fetchSegment(url: string): Promise<Playable | undefined> {
  const bytes = await fetchBytes(url);
  return bytes === undefined ? undefined : { url, bytes };
}

async function fetchText(url: string, headers: Record<string, string> = {}): Promise<string | undefined> {
  const answer = await fetch(url, { headers });
  const text = await answer.text();
  return answer.ok ? text : undefined;
}

/** Length of the response in bytes. */
async function fetchBytes(url: string): Promise<number | undefined> {
  const answer = await fetch(url);
  const { byteLength } = await answer.arrayBuffer();
  return answer.ok ? byteLength : undefined;
}

/** Sits in front of an RTMP server and records when the first publisher connects. */
export class ConnectWatch {
  readonly #server: Server;
  /** By `performance.now()`. */
  readonly connectedMs: Promise<number>;

  private constructor(server: Server, connectedMs: Promise<number>) {
    this.#server = server;
    this.connectedMs = connectedMs;
  }

  static async before(rtmpUrl: string): Promise<ConnectWatch> {
    const { hostname: host, port } = new URL(rtmpUrl);
    let connected: (nowMs: number) => void = () => {};
    const first = new Promise<number>((resolve) => {
      connected = resolve;
    });
    const server = createServer({ noDelay: true }, (publisher) => {
      connected(performance.now());
      const ingest = connect({ host, port: Number(port), noDelay: true });
      publisher.pipe(ingest).pipe(publisher);
      publisher.on('error', () => ingest.destroy());
      ingest.on('error', () => publisher.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ConnectWatch(server, first);
  }

  /** The same RTMP URL, routed through this watch. */
  via(rtmpUrl: string): string {
    const url = new URL(rtmpUrl);
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  stop(): void {
    this.#server.close();
  }
}
