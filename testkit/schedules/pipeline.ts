import { PictureFeed } from '../../lib/encoder/encoding/policy/feed/picture-feed.ts';
import { AudioSegmenter } from '../../lib/encoder/encoding/policy/segmenting/audio-segmenter.ts';
import type { Cut, Segment } from '../../lib/encoder/encoding/policy/segmenting/segmenter.ts';
import { VideoSegmenter } from '../../lib/encoder/encoding/policy/segmenting/video-segmenter.ts';
import type { StreamTag } from '../../lib/encoder/policy/stream-tag.ts';
import { Intake } from '../../lib/encoder/publisher/intake.ts';
import { StreamClock } from '../../lib/encoder/publisher/stream-clock.ts';
import { videoTimescale } from '../../lib/packaging/cmaf/init.ts';
import { defaultPartMs, segmentMs } from '../../lib/packaging/segment-grid.ts';
import type { Sent } from './schedule.ts';

/** x264's, of 32×32 pictures: the sequence header, and the beginnings of a key frame, a P and a B picture. */
const videoHeader = Buffer.from(
  '17000000000164000affe100176764000aacd325b011000003000100000300320f12253801000468ef8fcbfdf8f800',
  'hex',
);
const samples = {
  key: Buffer.from('00000014658884006ffffa7f5fe3ffefefb813b6c9753781', 'hex'),
  p: Buffer.from('00000008419a26310dfffeab', 'hex'),
  b: Buffer.from('00000008019e428857ff5ac1', 'hex'),
};
const audioHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);
const soundPayload = Buffer.from([0xaf, 1, 0x21]);
const slateHeader = Buffer.concat([videoHeader, Buffer.from([0])]);
/** How long a slate takes to make. */
const slateMs = 700;
const sampleRate = 48_000;
const frameMs = (1024 * 1000) / sampleRate;

/** A tag as the intake gives it to the encoding, with what was sent; undefined for filler. */
export interface Taken {
  readonly tag: StreamTag;
  readonly sent: Sent | undefined;
  readonly nowMs: number;
}

/** How far both tracks had got at a moment of the clock. */
export interface Reached {
  readonly wallMs: number;
  readonly nowMs: number;
  readonly edgeMs: number;
}

export interface Played {
  readonly tags: readonly Taken[];
  readonly reached: readonly Reached[];
  /** When pictures are shown, in stream time. */
  readonly shownMs: readonly number[];
  readonly segments: { readonly video: readonly Segment[]; readonly audio: readonly Segment[] };
}

/** From what arrives to segments: the intake, with a tick each 100 ms, what the decoder is fed, ffmpeg as far as time goes, and segments. */
export function playThrough(sent: readonly Sent[]): Played {
  const { tags, reached } = takeIn(sent);
  const shownMs = decode(tags.map(({ tag, sent }) => ({ ...tag, order: sent && sent.ms + sent.laterMs })));
  const firstMs = tags.find(({ tag }) => tag.type === 'video')!.tag.streamMs;
  return { tags, reached, shownMs, segments: { video: cutVideo(shownMs, firstMs), audio: cutAudio(tags) } };
}

function takeIn(sent: readonly Sent[]): Pick<Played, 'tags' | 'reached'> {
  const tags: Taken[] = [];
  const reached: Reached[] = [];
  let wallMs = 0;
  const time = new StreamClock({ nowMs: () => wallMs, wallMs: () => wallMs }, 0);
  let slateAtMs = Number.POSITIVE_INFINITY;
  const last = { video: -1, audio: -1 };
  const intake = new Intake({
    format() {},
    tag: (tag, index) => {
      tags.push({ tag, sent: index === undefined ? undefined : sent[index]!, nowMs: time.nowMs });
      if (!tag.hidden) last[tag.type] = tag.streamMs;
    },
    slateWanted: () => {
      slateAtMs = wallMs + slateMs;
    },
    unusable: ({ reason }) => {
      throw new Error(reason);
    },
  });
  const push = (type: 'video' | 'audio', timestampMs: number, payload: Buffer, sessionMs = 0): void => {
    intake.push({ type, timestampMs, payload, nowMs: time.nowMs, sessionMs });
    if (!intake.begun || time.running) return;
    time.start();
    time.keepUpWith(intake.timeline.endMs);
  };
  const untilMs = Math.ceil(sent.at(-1)!.atMs / 100) * 100;
  let session = -1;
  for (let tickMs = 0, next = 0; tickMs <= untilMs; tickMs += 100) {
    for (; next < sent.length && sent[next]!.atMs <= tickMs; next++) {
      const one = sent[next]!;
      wallMs = one.atMs;
      if (one.session !== session) {
        if (session >= 0) intake.beginSession();
        session = one.session;
        push('video', one.timestamp, videoHeader);
        push('audio', one.timestamp, audioHeader);
      }
      push(one.type, one.timestamp, payloadOf(one), next);
    }
    wallMs = tickMs;
    if (wallMs >= slateAtMs) {
      slateAtMs = Number.POSITIVE_INFINITY;
      intake.slate({
        videoHeader: slateHeader,
        pictures: Array.from({ length: 12 }, () => picture(samples.key, true, 0)),
      });
    }
    if (!time.running) continue;
    intake.tick(time.nowMs, true);
    reached.push({ wallMs, nowMs: time.nowMs, edgeMs: Math.min(last.video, last.audio) });
  }
  intake.end();
  return { tags, reached };
}

function payloadOf({ type, keyframe, laterMs, reference }: Sent): Buffer {
  if (type === 'audio') return soundPayload;
  return picture(keyframe ? samples.key : reference ? samples.p : samples.b, keyframe, laterMs);
}

function picture(sample: Buffer, keyframe: boolean, laterMs: number): Buffer {
  const head = Buffer.from([keyframe ? 0x17 : 0x27, 1, 0, 0, 0]);
  head.writeUIntBE(laterMs, 2, 3);
  return Buffer.concat([head, sample]);
}

/** `order`: of presentation, as the picture itself says. */
type Coded = StreamTag & { readonly order?: number | undefined };

/** Times of the pictures that a decoder gives out, in their order, and our ffmpeg's filter shows (`select`, each once). */
function decode(tags: readonly Coded[]): number[] {
  const feed = new PictureFeed();
  /** Pictures that wait for earlier ones: as many as the stream reorders. */
  const waiting: { order: number; ms: number }[] = [];
  let outOrder = Number.NEGATIVE_INFINITY;
  const shown: number[] = [];
  const output = (most: number): void => {
    waiting.sort((a, b) => a.order - b.order);
    while (waiting.length > most) {
      const { order, ms } = waiting.shift()!;
      outOrder = order;
      if (ms > (shown.at(-1) ?? Number.NEGATIVE_INFINITY) + 0.5) shown.push(ms);
    }
  };
  let newest = 0;
  for (const tag of tags) {
    if (tag.type === 'audio') continue;
    for (const one of feed.prepare(tag) as readonly Coded[]) {
      if (one.keyframe) {
        output(0);
        newest = outOrder = Number.NEGATIVE_INFINITY;
      }
      const repeats = one.order === undefined && !one.keyframe;
      const order = repeats ? newest + 1e-5 : (one.order ?? 0);
      newest = Math.max(newest, order);
      // A picture before one that is out already is not given out.
      if (order > outOrder) waiting.push({ order, ms: one.streamMs + one.payload.readIntBE(2, 3) });
      output(1);
    }
  }
  output(0);
  return shown;
}

/** x264 makes each picture it gets, with a key frame at the first one of each cell of the grid. */
function cutVideo(shownMs: readonly number[], firstPictureMs: number): Segment[] {
  const segmenter = new VideoSegmenter({
    timescale: videoTimescale,
    fromNumber: 0,
    run: 1,
    partMs: defaultPartMs,
    frameRate: 30,
    firstPictureMs,
  });
  const reorderMs = shownMs[0]! - firstPictureMs;
  let cell = -1;
  const out: Cut[] = [];
  for (const dtsMs of shownMs) {
    const now = Math.floor((dtsMs - reorderMs + 0.5) / segmentMs);
    out.push(...segmenter.push({ dtsMs, compositionOffsetMs: 0, keyframe: now !== cell, data: noBytes }));
    cell = now;
  }
  return segmentsOf([...out, ...segmenter.finish()]);
}

/** aresample makes samples of stream time: silence where there is a hole. */
function cutAudio(tags: readonly Taken[]): Segment[] {
  const segmenter = new AudioSegmenter({
    timescale: sampleRate,
    fromNumber: 0,
    run: 1,
    partMs: defaultPartMs,
  });
  const lastMs = tags.findLast(({ tag }) => tag.type === 'audio')?.tag.streamMs ?? 0;
  const out: Cut[] = [];
  for (let frame = 0; frame * frameMs < lastMs; frame++)
    out.push(
      ...segmenter.push({
        dtsMs: Math.round(frame * frameMs),
        compositionOffsetMs: 0,
        keyframe: true,
        data: noBytes,
      }),
    );
  return segmentsOf([...out, ...segmenter.finish()]);
}

const segmentsOf = (cuts: readonly Cut[]): Segment[] =>
  cuts.flatMap((cut) => ('segment' in cut ? [cut.segment] : []));

const noBytes = Buffer.alloc(0);
