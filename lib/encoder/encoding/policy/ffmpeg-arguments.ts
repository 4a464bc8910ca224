import { segmentMs, segmentSeconds } from '../../../packaging/grid.ts';
import type { Ladder, VideoInput, VideoRendition } from '../../../packaging/ladder-fit.ts';
import { countedRate } from './counted-rate.ts';

/** What makes H.264: the processor, or the encoder of an NVIDIA card. */
export type VideoEncoder = 'x264' | 'nvenc';

/** All that the command line depends on. Equal plans give equal init segments, on every worker. */
export interface EncodePlan {
  readonly ladder: Ladder;
  readonly input: VideoInput;
  /** Stream time of the first picture that it is fed, in ms: key frames are counted from there. */
  readonly firstPictureMs: number;
  readonly frameModeFlag: '-fps_mode' | '-vsync';
  /** Their codec parameters differ, so a broadcast that moves from one to the other gets a marked point. */
  readonly videoEncoder: VideoEncoder;
}

/**
 * Added to stream time on the way into ffmpeg, and taken off what comes out: the AAC encoder's first frame lies 1024
 * samples before its first sound, and no timestamp may be negative on the way. A multiple of the grid.
 */
export const ffmpegOffsetMs = 2 * segmentMs;

/** Outputs in the order of their pipes: output i writes to file descriptor `firstOutputFd + i`. */
export const firstOutputFd = 3;
export const outputIds = (ladder: Ladder): string[] => [...ladder.video.map(({ id }) => id), ladder.audio.id];

/** The argv (without the program) of a broadcast's one ffmpeg: FLV on stdin, one FLV with one track on each output pipe. */
export function ffmpegArguments(plan: EncodePlan): string[] {
  return [
    ...input(),
    ...['-filter_complex', filterGraph(plan)],
    ...plan.ladder.video.flatMap((rendition, index) => videoOutput(plan, rendition, index)),
    ...audioOutput(plan.ladder),
  ];
}

function input(): string[] {
  return [
    '-hide_banner',
    '-nostdin', // stdin is media, not a terminal
    ...['-loglevel', 'warning', '-nostats'],
    '-copyts', // out come the times that went in: stream time plus our offset
    ...['-filter_complex_threads', '1'], // a thread pool per filter costs more than it gains below 4K
    ...['-max_error_rate', '1'], // broken pictures from a broadcaster are no reason to exit
    ...['-protocol_whitelist', 'pipe'], // whatever the input names, nothing else is opened (CVE-2023-6605)
    ...['-probesize', '65536', '-analyzeduration', '0'], // the sequence headers say it all: do not wait for more
    ...['-threads', '1'], // frame threads would hold back a picture for each thread
    ...['-f', 'flv', '-i', 'pipe:0'],
  ];
}

/** Decode once; each size is scaled from the one above it, which is cheaper and looks the same (0.3 of 1.7 cores saved). */
function filterGraph({ ladder, input }: EncodePlan): string {
  const chains: string[] = [];
  let source = '0:v:0';
  let from = { width: input.codedWidth ?? input.width, height: input.height, pictureStep: 1 };
  ladder.video.forEach((rendition, index) => {
    const isLast = index === ladder.video.length - 1;
    const filters = [
      // Fields of old cameras become whole pictures, as many as there were frames.
      ...(index === 0 && input.interlaced ? ['yadif=mode=send_frame:deint=interlaced'] : []),
      ...(rendition.pictureStep > from.pictureStep
        ? [thinOut(rendition.pictureStep / from.pictureStep)]
        : []),
      ...(rendition.width !== from.width || rendition.height !== from.height
        ? [`scale=${rendition.width}:${rendition.height}:flags=fast_bilinear`]
        : []),
      'format=yuv420p', // every player's browser decodes 8 bit 4:2:0
      'setsar=1',
      ...(isLast ? [] : ['split=2']),
    ];
    chains.push(`[${source}]${filters.join(',')}[v${index}]${isLast ? '' : `[s${index}]`}`);
    source = `s${index}`;
    from = rendition;
  });
  // async=1: holes in the sound become silence, so that samples count stream time.
  chains.push('[0:a:0]aresample=48000:async=1[a]');
  return chains.join(';');
}

/** Every `step`-th picture, beginning anew in each segment so that all sizes cut at the same picture. */
function thinOut(step: number): string {
  const grid = (time: string): string => `floor((${time}+0.0005)/${segmentSeconds})`;
  const begins = `gt(${grid('t')},${grid('prev_selected_t')})`;
  return `select='isnan(prev_selected_t)+gte(n-prev_selected_n,${step})+${begins}'`;
}

function videoOutput(plan: EncodePlan, rendition: VideoRendition, index: number): string[] {
  return [
    ...['-map', `[v${index}]`],
    ...[plan.frameModeFlag, 'passthrough'], // every picture once, none twice
    ...['-enc_time_base', '1:1000'], // else times are rounded to the frame rate and pictures collide
    ...(plan.videoEncoder === 'nvenc' ? nvenc(plan, rendition) : x264(rendition)),
    ...['-profile:v', rendition.height > 480 && rendition.width > 480 ? 'high' : 'main'],
    ...['-force_key_frames', keyFrames(plan.firstPictureMs)],
    ...output(index),
  ];
}

/** The software encoder. */
function x264({ bitrateBps, frameRate }: VideoRendition): string[] {
  const rate = String(bitrateBps);
  return [
    ...['-c:v', 'libx264'],
    ...['-preset', 'superfast'], // two cores hold a 1080p30 ladder with it
    ...['-tune', 'zerolatency'], // no lookahead, no B-frames: 600 ms less (measured)
    ...['-b:v', rate, '-maxrate', rate, '-bufsize', rate], // one second of buffer: segments of even size
    ...['-g', '9999', '-sc_threshold', '0', '-flags', '+cgop'], // key frames on the grid only, groups closed
    // The rate control must not take the millisecond time base for the frame rate (builds before 4.4 do).
    ...['-x264-params', `fps=${Math.max(1, Math.round(frameRate * 1000))}/1000`],
  ];
}

/**
 * NVIDIA's encoder takes the same pictures from the same filters: they stay in main memory, and what is uploaded is only
 * what it encodes (docs/decisions/0009).
 */
function nvenc({ input }: Pick<EncodePlan, 'input'>, { bitrateBps, frameRate }: VideoRendition): string[] {
  // Each picture gets its share of a second's bits, by a frame rate that need not be the pictures': the rate makes up for it.
  const rate = String(Math.round((bitrateBps * countedRate(input)) / frameRate));
  return [
    ...['-c:v', 'h264_nvenc'],
    ...['-preset', 'p4', '-tune', 'll'], // of its presets the middle one, without lookahead
    ...['-delay', '0', '-zerolatency', '1'], // else it holds pictures back until its surfaces are full
    ...['-bf', '0'],
    ...['-rc', 'cbr', '-b:v', rate, '-maxrate', rate, '-bufsize', String(bitrateBps)],
    // A forced key frame is an IDR picture, with which a segment can begin; there is none of its own making.
    ...['-forced-idr', '1', '-no-scenecut', '1', '-g', '9999'],
  ];
}

/** The argv that encodes one picture with NVENC for nobody: it fails where the card or its driver does not work. */
export function nvencProbeArguments(): string[] {
  const input: VideoInput = { width: 256, height: 256, frameRate: 30 };
  const rendition = { ...input, id: 'probe', bitrateBps: 500_000, pictureStep: 1 };
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
    ...['-f', 'lavfi', '-i', 'color=size=256x256:rate=30', '-frames:v', '1', '-pix_fmt', 'yuv420p'],
    ...nvenc({ input }, rendition),
    ...['-f', 'null', '-'],
  ];
}

/**
 * A key frame at the first picture and at the first one of each grid cell. `t` counts from the first picture that ffmpeg
 * sees, hence the phase; half a millisecond guards against binary fractions. Compared with the last key frame, not with a
 * count of them: after a hole a count would force one picture after another.
 */
function keyFrames(firstPictureMs: number): string {
  const phase = ((firstPictureMs % segmentMs) + 0.5) / 1000;
  const cell = (time: string): string => `floor((${time}+${phase})/${segmentSeconds})`;
  return `expr:isnan(prev_forced_t)+gt(${cell('t')},${cell('prev_forced_t')})`;
}

function audioOutput(ladder: Ladder): string[] {
  return [
    ...['-map', '[a]'],
    ...['-c:a', 'aac', '-b:a', String(ladder.audio.bitrateBps), '-ac', '2'],
    ...output(ladder.video.length),
  ];
}

/** Framed output, flushed at every frame: 4 ms from encoder to us, where ffmpeg's fragments take a picture more. */
function output(index: number): string[] {
  return [
    ...['-map_metadata', '-1'],
    ...['-flvflags', 'no_duration_filesize'], // a pipe cannot be seeked back to fill them in
    ...['-flush_packets', '1'],
    ...['-f', 'flv', `pipe:${firstOutputFd + index}`],
  ];
}
