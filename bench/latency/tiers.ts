import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import HLS from 'hls-parser';
import type { Platform } from '../../testkit/platform/platform.ts';
import type { Tier } from './tier-watch.ts';

/** The tiers of a running platform that serve this stream, in the bytes' order. */
export async function tiersOf(platform: Platform, hlsUrl: string): Promise<Tier[]> {
  const playlistUrl = await firstRendition(hlsUrl);
  // Tiers behind the edge answer nobody else.
  const token = (await readFile(join(platform.dataDir, 'tier-token'), 'utf8')).trim();
  const at = (role: string, name: string, headers: Record<string, string>): Tier[] => {
    const found = platform.ready.processes.find((one) => one.role === role);
    if (found === undefined) return [];
    const url = new URL(playlistUrl);
    url.host = `127.0.0.1:${found.port}`;
    return [{ name, playlistUrl: url.href, headers: () => headers }];
  };
  const behind = { authorization: `Bearer ${token}` };
  return [
    ...at('live-origin', 'live origin', behind),
    ...at('origin', 'object store', behind),
    { name: 'edge', playlistUrl, headers: () => ({}) },
  ];
}

/** The URL of the first rendition's playlist. */
async function firstRendition(hlsUrl: string): Promise<string> {
  const parsed = HLS.parse(await (await fetch(hlsUrl)).text());
  const uri = parsed.isMasterPlaylist ? parsed.variants[0]?.uri : undefined;
  if (uri === undefined) throw new Error(`${hlsUrl} lists no rendition.`);
  return new URL(uri, hlsUrl).href;
}
