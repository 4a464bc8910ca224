import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import HLS from 'hls-parser';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { mediaCredential } from '../../lib/protocol/relay/media-credential.ts';
import { parseRelayKeys } from '../../lib/protocol/relay/seal.ts';
import type { StreamId } from '../../lib/routing/ids.ts';
import type { Platform } from '../../testkit/platform/platform.ts';
import type { CreatedStream } from '../../testkit/platform/streams.ts';
import type { Tier } from './tier-watch.ts';

/** The tiers of a running platform that serve this stream, in the bytes' order, the worker among them if it serves parts. */
export async function tiersOf(platform: Platform, { id, playback }: CreatedStream): Promise<Tier[]> {
  const playlistUrl = await firstRendition(playback.hls);
  // Tiers behind the edge answer nobody else.
  const token = (await readFile(join(platform.dataDir, 'tier-token'), 'utf8')).trim();
  const at = (role: string, name: string, headers: Record<string, string>): Tier[] => {
    const found = platform.ready.processes.find((one) => one.role === role);
    if (found === undefined) return [];
    return [{ name, playlistUrl: movedTo(playlistUrl, `127.0.0.1:${found.port}`), headers: () => headers }];
  };
  const behind = { authorization: `Bearer ${token}` };
  return [
    ...(await workerOf(platform, id as StreamId, playlistUrl)),
    ...at('live-origin', 'live origin', behind),
    ...at('origin', 'object store', behind),
    { name: 'edge', playlistUrl, headers: () => ({}) },
  ];
}

/** The stream's worker, as its live origin finds it and proves itself to it. */
async function workerOf({ dataDir }: Platform, stream: StreamId, playlistUrl: string): Promise<Tier[]> {
  const store = openSqliteControlStore(join(dataDir, 'control.sqlite'));
  try {
    const lease = await store.getLease(stream);
    const worker = (await store.listFleet('encoder')).find(({ id }) => id === lease?.workerId);
    const keys = parseRelayKeys(await readFile(join(dataDir, 'relay-keys'), 'utf8'));
    if (worker?.mediaPort === undefined || keys === undefined) return [];
    return [
      {
        name: 'worker',
        playlistUrl: movedTo(playlistUrl, `${worker.host}:${worker.mediaPort}`),
        headers: () => ({ authorization: mediaCredential(keys, worker.id, Date.now()) }),
      },
    ];
  } finally {
    store.close();
  }
}

function movedTo(playlistUrl: string, host: string): string {
  const url = new URL(playlistUrl);
  url.host = host;
  return url.href;
}

/** The URL of the first rendition's playlist. */
export async function firstRendition(hlsUrl: string): Promise<string> {
  const answer = await fetch(hlsUrl);
  const parsed = HLS.parse(await answer.text());
  const uri = parsed.isMasterPlaylist ? parsed.variants[0]?.uri : undefined;
  if (uri === undefined) throw new Error(`${hlsUrl} lists no rendition.`);
  return new URL(uri, answer.url).href;
}
