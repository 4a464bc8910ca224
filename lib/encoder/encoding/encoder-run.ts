import { initSegment, videoTimescale } from '../../packaging/cmaf/init.ts';
import { parseAudioSpecificConfig } from '../../packaging/codec/aac-config.ts';
import { type CaptionChannel, CaptionSearch } from '../../packaging/codec/avc-captions.ts';
import { parseAvcConfig } from '../../packaging/codec/avc-config.ts';
import type { VideoRendition } from '../../packaging/ladder-fit.ts';
import { segmentStartMs } from '../../packaging/segment-grid.ts';
import { parseAudioTag } from '../../protocol/flv/audio-tag.ts';
import { FlvReader } from '../../protocol/flv/reader.ts';
import type { FlvTag } from '../../protocol/flv/tag.ts';
import { parseVideoTag } from '../../protocol/flv/video-tag.ts';
import { writeFlvHeader, writeFlvTag } from '../../protocol/flv/writer.ts';
import { encodeAmf0 } from '../../protocol/rtmp/amf0.ts';
import { SmjpegError, SmjpegReader } from '../../protocol/smjpeg/reader.ts';
import type { InputFormat } from '../policy/input-format.ts';
import type { StreamTag } from '../policy/stream-tag.ts';
import type { TrackHeader } from '../policy/track-header.ts';
import type { EncoderExit, EncoderProcess, StartEncoder } from '../ports.ts';
import { SkippedCaptions } from './policy/captions/skipped-captions.ts';
import { nearestFrameMs, silenceBefore } from './policy/feed/sound-start.ts';
import { metadataRate } from './policy/ffmpeg/counted-rate.ts';
import {
  type EncodePlan,
  ffmpegArguments,
  ffmpegOffsetMs,
  outputIds,
} from './policy/ffmpeg/ffmpeg-arguments.ts';
import { type PictureKind, pictureOutputs } from './policy/ffmpeg/picture-outputs.ts';
import { AudioSegmenter } from './policy/segmenting/audio-segmenter.ts';
import type { Part } from './policy/segmenting/part.ts';
import type { Cut, EncodedSample, Segment, Segmenter } from './policy/segmenting/segmenter.ts';
import { VideoSegmenter } from './policy/segmenting/video-segmenter.ts';

export interface EncoderRunHandler {
  header(id: string, header: TrackHeader): void;
  /** Before the segment that it is a part of. */
  part(id: string, part: Part): void;
  segment(id: string, segment: Segment): void;
  /** Of each cell of the storyboard the first one, as a JPEG, and the first one of the run. */
  picture(kind: PictureKind, streamMs: number, jpeg: Buffer): void;
  /** Captions are in its pictures. Called once for each channel, before what has the picture. */
  captions(channel: CaptionChannel): void;
  /** Called once: every part and segment that it was to make is out. Not called if it crashes. */
  over(): void;
  /** Called once, last, after every segment. `expected`: the run had been told to end. */
  ended(exit: EncoderExit, expected: boolean): void;
}

interface PictureSource {
  readonly kind: PictureKind;
  /** Undefined once it has written what can't be read. */
  reader: SmjpegReader | undefined;
}

interface Output {
  readonly id: string;
  readonly reader: FlvReader;
  readonly audio: boolean;
  /** Created when the track's header arrives. */
  segmenter?: Segmenter;
  /** Everything that it makes is out. */
  isOver: boolean;
}

export interface EncoderRunOptions {
  readonly id: number;
  readonly plan: EncodePlan;
  readonly fromNumber: number;
  /** Of the media that it is fed first. Without pictures, only sound is encoded. */
  readonly format: InputFormat;
  readonly partMs: number;
  /** Unix ms of stream time 0, once it is known. */
  readonly startedAtMs?: () => number | undefined;
}

/** One ffmpeg from start to exit: tags in, parts and segments of every rendition out. */
export class EncoderRun {
  readonly id: number;
  readonly plan: EncodePlan;
  readonly fromNumber: number;
  /** The command line, without the program. */
  readonly args: readonly string[];
  readonly #options: EncoderRunOptions;
  readonly #handler: EncoderRunHandler;
  readonly #outputs: Output[];
  readonly #pictures: readonly PictureSource[];
  readonly #process: EncoderProcess;
  #pending: Uint8Array[] = [];
  #inputEnded = false;
  #fault?: Error;
  #untilNumber = Number.POSITIVE_INFINITY;
  #fedMs: number;
  #encodedMs: number;
  /** The sequence header that its decoder currently uses. */
  #videoHeader: Buffer | undefined;
  #audioHeader: Buffer;
  readonly #format: InputFormat;
  readonly #captionSearch = new CaptionSearch();
  readonly #captions = new Set<CaptionChannel>();
  readonly #skippedCaptions: SkippedCaptions;
  /** Sound has been fed. */
  #heard = false;

  constructor(options: EncoderRunOptions, start: StartEncoder, handler: EncoderRunHandler) {
    const { ladder, firstPictureMs, input } = options.plan;
    const { audioHeader, picture } = options.format;
    this.id = options.id;
    this.plan = options.plan;
    this.fromNumber = options.fromNumber;
    this.#options = options;
    this.#handler = handler;
    this.#fedMs = firstPictureMs;
    this.#encodedMs = firstPictureMs;
    this.#videoHeader = picture?.header;
    this.#audioHeader = audioHeader;
    this.#format = options.format;
    this.#skippedCaptions = new SkippedCaptions(ladder);
    this.#outputs = outputIds(ladder).map((id) => ({
      id,
      audio: id === ladder.audio.id,
      reader: new FlvReader(),
      isOver: false,
    }));
    this.#pictures = (input ? pictureOutputs(ladder) : []).map(({ kind }) => ({
      kind,
      reader: new SmjpegReader(),
    }));
    this.args = ffmpegArguments(options.plan);
    this.#process = start(this.args, this.#outputs.length, {
      output: (index, bytes) => this.#contain(() => this.#read(index, bytes)),
      outputEnded: (index) => this.#contain(() => this.#finish(index)),
      exited: (exit) => {
        if (this.#fault === undefined) handler.ended(exit, this.#inputEnded);
        else handler.ended({ ...exit, said: this.#fault.stack ?? this.#fault.message }, false);
      },
      pictures: {
        pipes: this.#pictures.length,
        output: (index, bytes) => this.#contain(() => this.#readPictures(index, bytes)),
      },
    });
    this.#pending.push(writeFlvHeader({ audio: true, video: input !== undefined }));
    if (input && picture) {
      // Without it ffmpeg guesses, and uses the millisecond time base if the sequence header has no frame rate.
      const facts = new Map([['framerate', metadataRate(input)]]);
      const payload = encodeAmf0(['onMetaData', facts]);
      this.#write({ type: 'script', timestampMs: firstPictureMs, payload });
      this.#write({ type: 'video', timestampMs: firstPictureMs, payload: picture.header });
    }
    this.#write({ type: 'audio', timestampMs: firstPictureMs, payload: audioHeader });
  }

  /** Stream time fed in minus stream time output by the first rendition. */
  get lagMs(): number {
    return Math.max(0, this.#fedMs - this.#encodedMs);
  }

  /** Stream time of the first part that some rendition hasn't made; undefined while one has begun none, and without pictures. */
  get partsThroughMs(): number | undefined {
    const reached = this.#outputs.flatMap(({ segmenter }) =>
      segmenter instanceof VideoSegmenter ? [segmenter.partsThroughMs] : [],
    );
    const known = reached.filter((ms) => ms !== undefined);
    return known.length > 0 && known.length === reached.length ? Math.min(...known) : undefined;
  }

  get backlogBytes(): number {
    return this.#process.backlogBytes;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Buffers a tag; `flush` sends the buffered tags in one write. */
  feed(tag: StreamTag): void {
    if (this.#inputEnded || (tag.type === 'video' && !this.plan.input)) return;
    this.#fedMs = Math.max(this.#fedMs, tag.streamMs);
    if (tag.type === 'audio') {
      this.#feedSound(tag);
      return;
    }
    this.#useVideoHeader(tag.videoHeader ?? this.#videoHeader, tag.streamMs);
    this.#skippedCaptions.arrived(tag, this.#videoHeader);
    this.#write({ type: 'video', timestampMs: tag.streamMs, payload: tag.payload });
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    this.#process.write(this.#pending);
    this.#pending = [];
  }

  /** Output that cannot be used counts as a crash: thrown on, it would take the worker's other broadcasts along. */
  #contain(read: () => void): void {
    if (this.#fault !== undefined) return;
    try {
      read();
    } catch (cause) {
      this.#fault = cause instanceof Error ? cause : new Error(String(cause));
      this.#process.kill();
    }
  }

  /** Makes no segment from `number` on. */
  stopBefore(number: number): void {
    this.#untilNumber = number;
    for (const { segmenter } of this.#outputs) segmenter?.stopBefore(number);
  }

  endInput(): void {
    if (this.#inputEnded) return;
    this.flush();
    this.#inputEnded = true;
    this.#process.endInput();
  }

  kill(): void {
    this.#inputEnded = true;
    this.#process.kill();
  }

  /** A header from another publish session or the slate: it never differs enough to need a new ffmpeg. */
  #useVideoHeader(payload: Buffer | undefined, streamMs: number): void {
    if (!payload || payload === this.#videoHeader || this.#videoHeader?.equals(payload)) return;
    this.#videoHeader = payload;
    this.#write({ type: 'video', timestampMs: streamMs, payload });
  }

  /** The first sound, and other sound, whose filter graph begins anew, begin on a frame of stream time. */
  #feedSound({ audioHeader = this.#audioHeader, payload, streamMs }: StreamTag): void {
    const isOther = !audioHeader.equals(this.#audioHeader);
    const isFirst = !this.#heard;
    const { silence } = this.#format;
    this.#heard = true;
    if (isOther) {
      this.#audioHeader = audioHeader;
      this.#write({ type: 'audio', timestampMs: streamMs, payload: audioHeader });
    }
    const isPreceded = isFirst && !isOther && silence !== undefined;
    if (isPreceded) {
      const timestampMs = silenceBefore(streamMs, segmentStartMs(this.fromNumber), this.#format);
      this.#write({ type: 'audio', timestampMs, payload: silence });
    }
    const begins = (isFirst || isOther) && !isPreceded;
    this.#write({ type: 'audio', timestampMs: begins ? nearestFrameMs(streamMs) : streamMs, payload });
  }

  #write(tag: FlvTag): void {
    this.#pending.push(...writeFlvTag({ ...tag, timestampMs: tag.timestampMs + ffmpegOffsetMs }));
  }

  #read(index: number, bytes: Buffer): void {
    const output = this.#outputs[index];
    if (!output) return;
    for (const tag of output.reader.push(bytes)) {
      if (output.audio && tag.type === 'audio') this.#readAudio(output, tag, index === 0);
      if (!output.audio && tag.type === 'video') this.#readVideo(output, tag, index === 0);
    }
  }

  /** A broadcast goes on without them. */
  #readPictures(index: number, bytes: Buffer): void {
    const source = this.#pictures[index];
    if (!source?.reader) return;
    try {
      for (const { timestampMs, jpeg } of source.reader.push(bytes))
        this.#handler.picture(source.kind, timestampMs - ffmpegOffsetMs, jpeg);
    } catch (cause) {
      if (!(cause instanceof SmjpegError)) throw cause;
      source.reader = undefined;
    }
  }

  #readVideo(output: Output, tag: FlvTag, top: boolean): void {
    const { packetType, keyframe, compositionTimeMs, data: encoded } = parseVideoTag(tag.payload);
    if (packetType === 'sequence-header' && !output.segmenter) {
      this.#begin(output, this.#videoTrack(output.id, encoded));
    }
    if (packetType !== 'frame') return;
    const dtsMs = tag.timestampMs - ffmpegOffsetMs;
    const data = this.#skippedCaptions.carry(output.id, dtsMs + compositionTimeMs, encoded);
    if (top) {
      this.#encodedMs = dtsMs;
      this.#noteCaptions(data);
    }
    this.#push(output, { dtsMs, compositionOffsetMs: compositionTimeMs, keyframe, data });
  }

  /** What came in is in every rendition: ffmpeg carries it from picture to picture, and we to those that leave some out. */
  #noteCaptions(sample: Uint8Array): void {
    for (const channel of this.#captionSearch.channelsIn(sample)) {
      if (this.#captions.has(channel)) continue;
      this.#captions.add(channel);
      this.#handler.captions(channel);
    }
  }

  #readAudio(output: Output, tag: FlvTag, alone: boolean): void {
    const { packetType, data } = parseAudioTag(tag.payload);
    if (packetType === 'sequence-header' && !output.segmenter) {
      this.#begin(output, this.#audioTrack(data));
    }
    const dtsMs = tag.timestampMs - ffmpegOffsetMs;
    // The encoder's priming before stream time 0 isn't real audio.
    if (packetType !== 'frame' || dtsMs < 0) return;
    if (alone) this.#encodedMs = dtsMs;
    this.#push(output, { dtsMs, compositionOffsetMs: 0, keyframe: true, data });
  }

  #begin(output: Output, header: TrackHeader): void {
    const { id: run, fromNumber, partMs, startedAtMs } = this.#options;
    const { timescale } = header;
    const options = { timescale, fromNumber, run, partMs, ...(startedAtMs && { startedAtMs }) };
    output.segmenter =
      header.kind === 'audio'
        ? new AudioSegmenter(options)
        : new VideoSegmenter({
            ...options,
            frameRate: header.frameRate,
            pictureStep: this.#renditionOf(output.id).pictureStep,
            firstPictureMs: this.plan.firstPictureMs,
          });
    output.segmenter.stopBefore(this.#untilNumber);
    this.#handler.header(output.id, header);
  }

  #push(output: Output, sample: EncodedSample): void {
    const { segmenter } = output;
    if (!segmenter || output.isOver) return;
    this.#handOn(output.id, segmenter.push(sample));
    if (segmenter.done) this.#over(output);
  }

  #finish(index: number): void {
    const output = this.#outputs[index];
    if (!output || output.isOver) return;
    // After a crash the open segment is incomplete: the next run makes it again.
    if (!this.#inputEnded) return;
    this.#handOn(output.id, output.segmenter?.finish() ?? []);
    this.#over(output);
  }

  #handOn(id: string, cuts: readonly Cut[]): void {
    for (const cut of cuts) {
      if ('part' in cut) this.#handler.part(id, cut.part);
      else this.#handler.segment(id, cut.segment);
    }
  }

  #over(output: Output): void {
    output.isOver = true;
    if (this.#outputs.every(({ isOver }) => isOver)) this.#handler.over();
  }

  #renditionOf(id: string): VideoRendition {
    return this.plan.ladder.video.find((each) => each.id === id)!;
  }

  #videoTrack(id: string, avcConfig: Buffer): TrackHeader {
    const { codecString, width, height } = parseAvcConfig(avcConfig);
    const { bitrateBps, frameRate } = this.#renditionOf(id);
    const bitrate = { averageBps: bitrateBps, maxBps: bitrateBps };
    const init = initSegment({ kind: 'video', timescale: videoTimescale, avcConfig, bitrate });
    return {
      kind: 'video',
      timescale: videoTimescale,
      init,
      codecs: codecString,
      bitrateBps,
      width,
      height,
      frameRate,
    };
  }

  #audioTrack(audioSpecificConfig: Buffer): TrackHeader & { kind: 'audio' } {
    const { codecString, sampleRate, channels } = parseAudioSpecificConfig(audioSpecificConfig);
    const { bitrateBps } = this.plan.ladder.audio;
    const bitrate = { averageBps: bitrateBps, maxBps: bitrateBps };
    const init = initSegment({ kind: 'audio', audioSpecificConfig, bitrate });
    return {
      kind: 'audio',
      timescale: sampleRate,
      init,
      codecs: codecString,
      bitrateBps,
      sampleRate,
      channels,
    };
  }
}
