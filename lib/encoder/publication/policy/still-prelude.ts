import { segmentName } from '../../../object-store/object-names.ts';
import { type CmafSample, mediaChunk } from '../../../packaging/cmaf/chunk.ts';
import { mostParts, segmentSeconds } from '../../../packaging/segment-grid.ts';
import type { SegmentGroup } from '../../encoding/policy/segmenting/segment-groups.ts';
import type { TrackHeader } from '../../policy/track-header.ts';
import { type ObjectWrite, objectWrite } from './object-write.ts';
import type { SegmentFacts } from './segment-facts.ts';

/** How many stills are made at once. */
const stillsAtOnce = 100;

interface Track {
  readonly header: TrackHeader;
  readonly opening: CmafSample;
  /** Of the segment that the picture opens. */
  readonly number: number;
  readonly startTicks: number;
  readonly segments: Map<number, SegmentFacts>;
}

/**
 * Pictures that joined a broadcast of sound alone. Players can't play a presentation whose pictures begin later than its sound
 * (shaka-player leaves them out, in HLS the playlists would have gaps), so the numbers before get a segment of one sample, the first
 * picture. They are made a few at a time; until the last one is stored, no manifest names the pictures.
 */
export class StillPrelude {
  readonly headers: ReadonlyMap<string, TrackHeader>;
  readonly #tracks = new Map<string, Track>();
  /** What has still to be made, the last first. */
  readonly #missing: { readonly id: string; readonly number: number }[] = [];

  /** `numbers`: what has been published of the sound. */
  private constructor(headers: ReadonlyMap<string, TrackHeader>, numbers: readonly number[]) {
    this.headers = headers;
    for (const number of numbers) this.#needs(number);
  }

  /** Undefined if the group lacks the first picture of a rendition. */
  static from(
    group: SegmentGroup,
    headers: ReadonlyMap<string, TrackHeader>,
    numbers: readonly number[],
  ): StillPrelude | undefined {
    const prelude = new StillPrelude(headers, numbers);
    for (const [id, header] of prelude.#pictures()) {
      const segment = group.segments.get(id);
      if (!segment?.opening) return undefined;
      const { number, opening, startTicks } = segment;
      prelude.#tracks.set(id, { header, opening, number, startTicks, segments: new Map() });
    }
    return prelude;
  }

  get isComplete(): boolean {
    return this.#missing.length === 0;
  }

  /** Notes the pictures of a published group. */
  add(group: SegmentGroup): void {
    for (const [id, { segments }] of this.#tracks) {
      const segment = group.segments.get(id);
      if (segment) segments.set(group.number, segment);
      else this.#missing.push({ id, number: group.number });
    }
  }

  /**
   * Some of the objects that are missing, which count as stored when this is called again: segments, and with the last of them the init
   * segments, under each of `initNames`. `prefix`: where the broadcast's objects are.
   */
  objects(prefix: string, initNames: ReadonlySet<string>): ObjectWrite[] {
    const objects = this.#missing.splice(-stillsAtOnce).flatMap(({ id, number }) => {
      const track = this.#tracks.get(id);
      const key = `${prefix}${id}/${segmentName(number)}`;
      return track ? [objectWrite(key, this.#still(number, track), 'once')] : [];
    });
    if (!this.isComplete) return objects;
    for (const [id, { init }] of this.#pictures())
      for (const name of initNames) objects.push(objectWrite(`${prefix}${id}/${name}`, [init], 'once'));
    return objects;
  }

  /** All segments of a rendition, by ascending number. */
  segmentsOf(id: string): Map<number, SegmentFacts> {
    return new Map([...(this.#tracks.get(id)?.segments ?? [])].sort(([a], [b]) => a - b));
  }

  #still(number: number, track: Track): readonly Buffer[] {
    const { header, opening, startTicks, segments } = track;
    const durationTicks = segmentSeconds * header.timescale;
    const baseMediaDecodeTime = Math.max(0, startTicks - (track.number - number) * durationTicks);
    const body = mediaChunk({
      sequenceNumber: number * mostParts * 2 + 1,
      baseMediaDecodeTime,
      samples: [{ ...opening, durationTicks }],
      styp: 'segment',
    });
    const bytes = body.reduce((sum, { length }) => sum + length, 0);
    segments.set(number, { startTicks: baseMediaDecodeTime, durationTicks, bytes });
    return body;
  }

  #needs(number: number): void {
    for (const [id] of this.#pictures()) this.#missing.push({ id, number });
  }

  #pictures(): [string, TrackHeader][] {
    return [...this.headers].filter(([, { kind }]) => kind === 'video');
  }
}
