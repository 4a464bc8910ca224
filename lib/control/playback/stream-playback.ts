import type { StreamStore } from '../../control-store/ports.ts';
import type { StreamRecord } from '../../control-store/records.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EdgePlayback, PlaybackSetting } from '../ports.ts';

export interface StreamPlaybackParts {
  readonly store: Pick<StreamStore, 'getStream'>;
  readonly edge: EdgePlayback;
  readonly region: string;
}

/** What the edge has to know of a stream's playback. */
export const settingOf = ({ playback = 'public', playbackNotBeforeMs }: StreamRecord): PlaybackSetting => ({
  mode: playback,
  notBeforeMs: playbackNotBeforeMs,
});

/** Brings a stream's playback setting to the edge. The record decides; whoever changes it calls this before it answers. */
export class StreamPlayback {
  readonly #parts: StreamPlaybackParts;

  constructor(parts: StreamPlaybackParts) {
    this.#parts = parts;
  }

  get edge(): EdgePlayback {
    return this.#parts.edge;
  }

  /** `<region>/<streamId>`, as the edge knows a stream. */
  pathOf(id: StreamId): string {
    return `${this.#parts.region}/${id}`;
  }

  /**
   * Changes the record by `write` and the edge with it. The edge closes before the record says so and opens after: whatever fails
   * in between, viewers see too little and never too much, and the same request again mends it.
   */
  async change(
    before: StreamRecord,
    next: PlaybackSetting,
    write: () => Promise<StreamRecord>,
  ): Promise<StreamRecord> {
    const path = this.pathOf(before.id);
    if (next.mode === 'signed') await this.#parts.edge.setPlayback(path, next);
    try {
      return await write();
    } finally {
      await this.#follow(before.id);
    }
  }

  /** Until the edge has what the record says: another change may have come in between. */
  async #follow(id: StreamId): Promise<void> {
    const { store, edge } = this.#parts;
    let stream = await store.getStream(id);
    while (stream) {
      const setting = settingOf(stream);
      await edge.setPlayback(this.pathOf(id), setting);
      stream = await store.getStream(id);
      if (stream && isSame(settingOf(stream), setting)) return;
    }
  }
}

const isSame = (one: PlaybackSetting, other: PlaybackSetting): boolean =>
  one.mode === other.mode && one.notBeforeMs === other.notBeforeMs;
