import { type DashManifest, parseDash } from '../manifests.ts';
import { Player } from './player.ts';

/** Plays every track of a DASH broadcast, from its first segment to its end. */
export class DashPlayer extends Player {
  /** As read last. */
  manifest: DashManifest = { ended: false, tracks: [] };

  async play(url: string, signal: AbortSignal): Promise<void> {
    await this.repeat(async () => {
      this.manifest = parseDash(await this.list(url, signal), url, Date.now());
      for (const { segments } of this.manifest.tracks) {
        for (const { uri, map } of segments) {
          await this.fetch(map, signal);
          await this.fetch(uri, signal);
        }
      }
      return this.manifest.ended;
    }, signal);
  }
}
