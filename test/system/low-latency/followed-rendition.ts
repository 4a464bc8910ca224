import type { NextPart, ServedPlaylist, ServedRendition } from './served-rendition.ts';

/** A player's blocking reload. */
interface Reload {
  readonly asked: NextPart;
  readonly playlist: ServedPlaylist;
}

/** A rendition, followed part by part as a player does. */
export interface FollowedRendition {
  readonly rendition: ServedRendition;
  readonly reloads: readonly Reload[];
  /** By URI; each was requested when a playlist gave it as a hint. */
  readonly hinted: ReadonlyMap<string, Buffer>;
  /** By URI. Those that nobody had requested were requested in the end, as late as a player may. */
  readonly parts: ReadonlyMap<string, Buffer>;
}

/** Follows a rendition until its segments up to `msn` are whole. `hints`: requests parts when they are hinted. */
export async function follow(
  rendition: ServedRendition,
  { msn, hints }: { msn: number; hints: boolean },
): Promise<FollowedRendition> {
  const reloads: Reload[] = [];
  const hinted = new Map<string, Promise<Buffer>>();
  let playlist = await rendition.reload({ msn: 0 });
  while (playlist.next.msn <= msn) {
    const { hint, next } = playlist;
    if (hints && hint !== undefined) hinted.set(hint, rendition.bytes(hint));
    playlist = await rendition.reload(next);
    reloads.push({ asked: next, playlist });
  }
  const got = await settled(hinted);
  // 6.2.2: a part can be had until three target durations after the last playlist that named it.
  const late = reloads.filter((reload) => reload.playlist.next.msn >= msn + 1 - 3);
  const uris = late.flatMap((reload) => reload.playlist.parts.map(({ uri }) => uri));
  const missing = [...new Set(uris)].filter((uri) => !got.has(uri));
  const requested = await settled(new Map(missing.map((uri) => [uri, rendition.bytes(uri)])));
  return { rendition, reloads, hinted: got, parts: new Map([...got, ...requested]) };
}

async function settled(requests: ReadonlyMap<string, Promise<Buffer>>): Promise<Map<string, Buffer>> {
  const entries = [...requests].map(async ([uri, bytes]) => [uri, await bytes] as const);
  return new Map(await Promise.all(entries));
}
