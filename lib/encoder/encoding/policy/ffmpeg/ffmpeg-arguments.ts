import type { Ladder, VideoInput, VideoRendition } from '../../../../packaging/ladder-fit.ts';
import { segmentMs, segmentSeconds } from '../../../../packaging/segment-grid.ts';
import { maxPicturePixels } from '../../../policy/picture-limit.ts';
import { countedRate } from './counted-rate.ts';
import { pictureArguments, pictureFilters, pictureOutputs } from './picture-outputs.ts';

/** What encodes H.264: the CPU, or the encoder of an NVIDIA card. */
export type VideoEncoder = 'x264' | 'nvenc';

/** Everything that the command line depends on. Equal plans give equal init segments, on every worker. */
export interface EncodePlan {
  readonly ladder: Ladder;
  /** Undefined for sound alone. */
  readonly input?: VideoInput;
  /** Stream time of the first picture (or sound, if it comes alone) fed in, in ms: key frames are counted from there. */
  readonly firstPictureMs: number;
  /** Stream time at which the first picture is presented; earlier ones are decoded only. Undefined: from the first one on. */
  readonly shownFromMs?: number;
  /** Stream times of further key frames, which are not on the grid. */
  readonly extraKeyFramesMs?: readonly number[];
  readonly frameModeFlag: '-fps_mode' | '-vsync';
  /** Their codec parameters differ, so a broadcast that moves from one to the other gets a discontinuity. */
  readonly videoEncoder: VideoEncoder;
}

/**
 * Added to stream time on the way into ffmpeg and subtracted from its output: the AAC encoder's first frame starts 1024
 * samples before the first audio sample, and no timestamp may become negative on the way. A multiple of the grid.
 */
export const ffmpegOffsetMs = 2 * segmentMs;

/** Outputs in pipe order: output i writes to file descriptor `firstOutputFd + i`. */
export const firstOutputFd = 3;
export const outputIds = (ladder: Ladder): string[] => [...ladder.video.map(({ id }) => id), ladder.audio.id];

/**
 * Returns the argv (without the program) of a broadcast's one ffmpeg: FLV on stdin, a single-track FLV on each output pipe, and behind
 * those pictures (`pictureOutputs`).
 */
export function ffmpegArguments(plan: EncodePlan): string[] {
  const { input: picture, ladder } = plan;
  return [
    ...input(picture !== undefined),
    ...(picture ? ['-filter_complex', filterGraph(plan, picture)] : []),
    ...(picture
      ? ladder.video.flatMap((rendition, index) => videoOutput(plan, picture, rendition, index))
      : []),
    ...audioOutput(ladder),
    ...(picture ? pictureOutputs(ladder) : []).flatMap((each, index) =>
      pictureArguments(each, plan.frameModeFlag, firstOutputFd + outputIds(ladder).length + index),
    ),
  ];
}

function input(hasPictures: boolean): string[] {
  return [
    '-hide_banner',
    '-nostdin', // stdin is media, not a terminal
    ...['-loglevel', 'warning', '-nostats'],
    '-copyts', // output keeps the input's timestamps: stream time plus our offset
    ...['-filter_complex_threads', '1'], // a thread pool per filter costs more than it gains below 4K
    ...['-max_pixels', String(maxPicturePixels)], // a few bytes of skipped macroblocks could ask for gigabytes
    ...['-max_error_rate', '1'], // don't exit because a broadcaster sends broken pictures
    // A stream that begins at a recovery point is shown from its first picture on, which the grid counts from, though it takes some
    // pictures to get whole.
    ...['-flags', '+output_corrupt'],
    ...['-protocol_whitelist', 'pipe'], // never open anything that the input refers to (CVE-2023-6605)
    // The sequence headers suffice: don't wait for more. (0 means up to 5 s, which it does wait for sound alone.)
    ...['-probesize', '65536', '-analyzeduration', hasPictures ? '0' : '1'],
    ...['-fpsprobesize', '0'], // the metadata tells the frame rate: measuring it takes 20 pictures, of slides a minute
    // Frame threading would delay one picture per thread. (`low_delay` would show a publisher's B-frames in the wrong order.)
    ...['-threads', '1'],
    ...['-f', 'flv', '-i', 'pipe:0'],
  ];
}

/** Decodes once; each size is scaled from the one above it, which is cheaper and looks the same (saves 0.3 of 1.7 cores). */
function filterGraph(plan: EncodePlan, input: VideoInput): string {
  const { ladder } = plan;
  const pictures = pictureOutputs(ladder);
  const chains: string[] = [];
  let source = '0:v:0';
  let from = { width: input.codedWidth ?? input.width, height: input.height, pictureStep: 1 };
  ladder.video.forEach((rendition, index) => {
    const isLast = index === ladder.video.length - 1;
    const taken = pictures.filter(({ rung }) => rung === index).map(({ kind }) => `of-${kind}`);
    const branches = [`v${index}`, ...(isLast ? [] : [`s${index}`]), ...taken];
    const filters = [
      ...(index === 0 ? [shownOnce(plan)] : []),
      // Deinterlaces fields from old cameras into one picture per frame.
      ...(index === 0 && input.interlaced ? ['yadif=mode=send_frame:deint=interlaced'] : []),
      ...(rendition.pictureStep > from.pictureStep
        ? [thinOut(rendition.pictureStep / from.pictureStep)]
        : []),
      ...(rendition.width !== from.width || rendition.height !== from.height
        ? [`scale=${rendition.width}:${rendition.height}:flags=fast_bilinear`]
        : []),
      'format=yuv420p', // 8-bit 4:2:0 decodes in every player's browser
      'setsar=1',
      ...(branches.length > 1 ? [`split=${branches.length}`] : []),
    ];
    chains.push(`[${source}]${filters.join(',')}${branches.map((name) => `[${name}]`).join('')}`);
    source = `s${index}`;
    from = rendition;
  });
  for (const each of pictures) chains.push(`[of-${each.kind}]${pictureFilters(each)}[${each.kind}]`);
  return chains.join(';');
}

/**
 * Drops pictures that are there only for others to refer to: they have the time of the last one shown, or lie before the first one
 * wanted. `t` includes the offset.
 */
function shownOnce({ shownFromMs }: EncodePlan): string {
  const from = shownFromMs === undefined ? '' : `*gte(t,${(shownFromMs + ffmpegOffsetMs - 0.5) / 1000})`;
  return `select='isnan(prev_selected_t)${from}+gt(t,prev_selected_t+0.0005)'`;
}

/** Keeps every `step`-th picture, restarting in each segment so that all sizes cut at the same picture. */
function thinOut(step: number): string {
  const grid = (time: string): string => `floor((${time}+0.0005)/${segmentSeconds})`;
  const begins = `gt(${grid('t')},${grid('prev_selected_t')})`;
  return `select='isnan(prev_selected_t)+gte(n-prev_selected_n,${step})+${begins}'`;
}

function videoOutput(
  plan: EncodePlan,
  input: VideoInput,
  rendition: VideoRendition,
  index: number,
): string[] {
  return [
    ...['-map', `[v${index}]`],
    ...[plan.frameModeFlag, 'passthrough'], // every picture exactly once
    ...['-enc_time_base', '1:1000'], // otherwise times round to the frame rate and pictures collide
    ...(plan.videoEncoder === 'nvenc' ? nvenc(input, rendition) : x264(rendition)),
    ...['-profile:v', rendition.height > 480 && rendition.width > 480 ? 'high' : 'main'],
    ...['-force_key_frames', keyFrames(plan)],
    ...output(index),
  ];
}

/** Arguments for the software encoder. */
function x264({ bitrateBps, frameRate }: VideoRendition): string[] {
  const rate = String(bitrateBps);
  return [
    ...['-c:v', 'libx264'],
    ...['-preset', 'superfast'], // two cores keep up with a 1080p30 ladder
    // No lookahead, no B-frames, slices instead of frames in parallel: 600 ms less (measured).
    ...['-tune', 'zerolatency'],
    ...['-b:v', rate, '-maxrate', rate, '-bufsize', rate], // one-second buffer: segments of even size
    ...['-g', '9999', '-sc_threshold', '0', '-flags', '+cgop'], // key frames only on the grid, closed GOPs
    // Keeps rate control from taking the millisecond time base for the frame rate (builds before 4.4 do).
    ...['-x264-params', `fps=${Math.max(1, Math.round(frameRate * 1000))}/1000`],
  ];
}

/**
 * Arguments for NVIDIA's encoder. It uses the same pictures from the same filters: they stay in main memory, and only what it
 * encodes is uploaded (docs/decisions/0009).
 */
function nvenc(input: VideoInput, { bitrateBps, frameRate }: VideoRendition): string[] {
  // Each picture gets its share of a second's bits, based on a frame rate that may differ from the real one; the bitrate
  // compensates.
  const rate = String(Math.round((bitrateBps * countedRate(input)) / frameRate));
  return [
    ...['-c:v', 'h264_nvenc'],
    ...['-preset', 'p4', '-tune', 'll'], // the middle preset, without lookahead
    ...['-delay', '0', '-zerolatency', '1'], // otherwise it delays pictures until its surfaces are full
    ...['-bf', '0'],
    ...['-rc', 'cbr', '-b:v', rate, '-maxrate', rate, '-bufsize', String(bitrateBps)],
    // A forced key frame is an IDR picture, so a segment can start with it; the encoder adds none of its own.
    ...['-forced-idr', '1', '-no-scenecut', '1', '-g', '9999'],
  ];
}

/** Returns an argv that encodes one picture with NVENC and discards it: it fails if the card or its driver doesn't work. */
export function nvencProbeArguments(): string[] {
  const input: VideoInput = { width: 256, height: 256, frameRate: 30 };
  const rendition = { ...input, id: 'probe', bitrateBps: 500_000, pictureStep: 1 };
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
    ...['-f', 'lavfi', '-i', 'color=size=256x256:rate=30', '-frames:v', '1', '-pix_fmt', 'yuv420p'],
    ...nvenc(input, rendition),
    ...['-f', 'null', '-'],
  ];
}

/**
 * A key frame at the first picture and at the first one of each grid cell. `t` counts from the first picture that ffmpeg
 * sees, hence the phase; half a millisecond guards against binary fractions. Compares with the last key frame, not a count of
 * them: after a gap a count would force one key frame after another. The extra one comes at the first picture at or after its time.
 */
function keyFrames({ extraKeyFramesMs = [], firstPictureMs }: EncodePlan): string {
  const phase = ((firstPictureMs % segmentMs) + 0.5) / 1000;
  const cell = (time: string): string => `floor((${time}+${phase})/${segmentSeconds})`;
  const extra = extraKeyFramesMs
    .map((ms) => (ms - firstPictureMs - 0.5) / 1000)
    .filter((seconds) => seconds > 0)
    .map((seconds) => `+gte(t,${seconds})*lt(prev_forced_t,${seconds})`);
  return `expr:isnan(prev_forced_t)+gt(${cell('t')},${cell('prev_forced_t')})${extra.join('')}`;
}

function audioOutput(ladder: Ladder): string[] {
  return [
    ...['-map', '0:a:0'],
    // A graph of its own, so that other sound leaves the picture alone. Holes become silence, drift is stretched away, so that
    // samples count stream time.
    ...['-af', 'aresample=48000:async=960:min_comp=0.005:min_hard_comp=0.04'],
    ...['-c:a', 'aac', '-b:a', String(ladder.audio.bitrateBps), '-ac', '2'],
    ...output(ladder.video.length),
  ];
}

/** Framed output, flushed at every frame: 4 ms from the encoder to us, where ffmpeg's fragments take one picture longer. */
function output(index: number): string[] {
  return [
    ...['-map_metadata', '-1'],
    ...['-flvflags', 'no_duration_filesize'], // a pipe can't be rewound to fill them in
    ...['-flush_packets', '1'],
    ...['-f', 'flv', `pipe:${firstOutputFd + index}`],
  ];
}
