import {
  captionData,
  constructBytes,
  mostConstructs,
  withCaptionData,
} from '../../../../packaging/codec/avc-caption-data.ts';
import { nalLengthBytesOf } from '../../../../packaging/codec/avc-config.ts';
import type { Ladder } from '../../../../packaging/ladder-fit.ts';
import { classicVideoHeaderBytes, parseVideoTag } from '../../../../protocol/flv/video-tag.ts';
import type { StreamTag } from '../../../policy/stream-tag.ts';

interface ArrivedCaptions {
  readonly presentedMs: number;
  readonly data: Buffer;
}

interface ReducedRendition {
  /** When its newest picture is presented; undefined before its first. */
  shownMs: number | undefined;
  /** What found no room there. */
  left: Buffer;
}

/** 20 s of 60 a second: who is further behind loses the oldest. */
const mostArrived = 1_200;
const mostBytes = mostConstructs * constructBytes;
const mostLeft = 10 * mostBytes;

/**
 * Captions of pictures that renditions with fewer of them leave out. They come two characters at a time, some with each picture, and
 * ffmpeg drops them with the picture: of 60 pictures a second for 30, every second pair. The next picture that is kept takes them.
 */
export class SkippedCaptions {
  /** Those that leave pictures out. */
  readonly #renditions: ReadonlyMap<string, ReducedRendition>;
  /** Of pictures that have any, ascending. */
  #arrived: ArrivedCaptions[] = [];

  constructor({ video }: Pick<Ladder, 'video'>) {
    const reduced = video.filter(({ pictureStep }) => pictureStep > 1);
    this.#renditions = new Map(reduced.map(({ id }) => [id, { shownMs: undefined, left: Buffer.alloc(0) }]));
  }

  /** A picture on its way into ffmpeg, in decoding order. `header`: the sequence header that it is decoded with, an FLV payload. */
  arrived({ hidden, payload, streamMs }: StreamTag, header: Buffer | undefined): void {
    if (this.#renditions.size === 0 || hidden) return;
    const { packetType, compositionTimeMs, data: sample } = parseVideoTag(payload);
    if (packetType !== 'frame') return;
    const data = captionData(sample, header && nalLengthBytesOf(header.subarray(classicVideoHeaderBytes)));
    if (data.length === 0) return;
    const presentedMs = streamMs + compositionTimeMs;
    const behind = this.#arrived.findLastIndex((each) => each.presentedMs <= presentedMs);
    this.#arrived.splice(behind + 1, 0, { presentedMs, data });
    if (this.#arrived.length > mostArrived) this.#arrived.shift();
  }

  /** A picture of any rendition, in the order of presentation. Returns it with all captions since the one before it. */
  carry(id: string, presentedMs: number, sample: Buffer): Buffer {
    const rendition = this.#renditions.get(id);
    if (!rendition) return sample;
    const { shownMs = Number.POSITIVE_INFINITY, left } = rendition;
    rendition.shownMs = presentedMs;
    const skipped = this.#arrived.filter(
      (each) => each.presentedMs > shownMs && each.presentedMs < presentedMs,
    );
    this.#forget();
    if (skipped.length === 0 && left.length === 0) return sample;
    const all = Buffer.concat([left, ...skipped.map(({ data }) => data), captionData(sample)]);
    rendition.left = all.subarray(mostBytes, mostBytes + mostLeft);
    return withCaptionData(sample, all.subarray(0, mostBytes));
  }

  /** What every rendition has passed. */
  #forget(): void {
    const shown = [...this.#renditions.values()].map(({ shownMs = Number.NEGATIVE_INFINITY }) => shownMs);
    const passedMs = Math.min(...shown);
    this.#arrived = this.#arrived.filter(({ presentedMs }) => presentedMs > passedMs);
  }
}
