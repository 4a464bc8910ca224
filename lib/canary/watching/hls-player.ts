import {
  type HlsTrack,
  type PlaylistReference,
  parseMediaPlaylist,
  parseMultivariant,
} from '../manifests.ts';
import { Player } from './player.ts';

/** Plays every rendition of an HLS broadcast, from its first segment to its end. */
export class HlsPlayer extends Player {
  /** As listed last, the best pictures first, sound at the end. */
  tracks: readonly HlsTrack[] = [];
  readonly #byUrl = new Map<string, HlsTrack>();
  /** Parts that were listed. */
  readonly parts = new Set<string>();

  async play(url: string, signal: AbortSignal): Promise<void> {
    let references: PlaylistReference[] = [];
    await this.repeat(async () => {
      references = parseMultivariant(await this.list(url, signal), url);
      return references.length > 0;
    }, signal);
    await Promise.all(
      references.map((reference) => this.repeat(() => this.#follow(reference, references, signal), signal)),
    );
  }

  async #follow(
    reference: PlaylistReference,
    references: readonly PlaylistReference[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const track = parseMediaPlaylist(await this.list(reference.url, signal), reference);
    this.#byUrl.set(reference.url, track);
    this.tracks = references.flatMap(({ url }) => this.#byUrl.get(url) ?? []);
    for (const { uri, map, gap, parts = [] } of track.segments) {
      for (const part of parts) this.parts.add(part);
      if (gap === true) continue;
      await this.fetch(map, signal);
      await this.fetch(uri, signal);
    }
    for (const part of track.growing ?? track.segments.at(-1)?.parts ?? []) {
      this.parts.add(part);
      await this.fetch(part, signal);
    }
    return track.ended;
  }
}
