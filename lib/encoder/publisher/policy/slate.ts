import { parseAvcConfig } from '../../../packaging/codec/avc-config.ts';
import { CodecConfigError } from '../../../packaging/codec/errors.ts';
import type { FlvTag } from '../../../protocol/flv/tag.ts';
import { classicVideoHeaderBytes, parseVideoTag } from '../../../protocol/flv/video-tag.ts';

/** Shown when a broadcaster is away for longer: a dark picture with three dots that glow in turn. FLV payloads. */
export interface Slate {
  readonly videoHeader: Buffer;
  /** Shown in a loop, 100 ms each. Each is a key frame. */
  readonly pictures: readonly Buffer[];
}

/** The last picture is shown for this long before the slate replaces it. */
export const slateAfterMs = 5000;
/** After this long without media a slate may be needed; making it can take a few seconds on a busy machine. */
export const slateWantedAfterMs = 1000;

const pictureMs = 100;
const pictureCount = 12;
/** Profiles that are always 8-bit 4:2:0, like the slate: Baseline, Main, Extended, High. */
const plainProfiles = new Set([66, 77, 88, 100]);
/** Drawn at this size, in square pixels, then scaled up: drawing costs more than encoding. */
const drawnShortSide = 180;
const drawnLongSideMost = 640;
/** Byte range of the composition time in an FLV video payload. */
const compositionAt = { from: 2, to: 5 };

/**
 * Returns the argv (without the program) that writes a slate to pipe 3 as FLV. Its size, pixel aspect ratio and colours match
 * the publisher's, so the ffmpeg that decodes it after the publisher's pictures doesn't have to reconfigure anything behind
 * its decoder. Undefined if the publisher's pictures are in a format that the slate can't match.
 */
export function slateArguments(videoHeader: Buffer): string[] | undefined {
  const avc = readConfig(videoHeader);
  if (!avc || !plainProfiles.has(avc.profile)) return undefined;
  const { width, height, sampleAspectRatio: sar, colour } = avc;
  const metadata = [
    `sample_aspect_ratio=${sar.width}/${sar.height}`,
    ...(colour
      ? [
          `video_full_range_flag=${colour.fullRange ? 1 : 0}`,
          `colour_primaries=${colour.primaries}`,
          `transfer_characteristics=${colour.transfer}`,
          `matrix_coefficients=${colour.matrix}`,
        ]
      : []),
  ];
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'warning', '-nostats'],
    ...['-filter_complex_threads', '1', '-filter_threads', '1'], // not urgent; don't slow down the broadcasts
    ...['-f', 'lavfi', '-i', drawing((width * sar.width) / sar.height, height)],
    ...['-vf', `scale=${width}:${height}:flags=bicubic,format=yuv420p`],
    ...['-frames:v', String(pictureCount)],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-threads', '1', '-qp', '20'],
    ...['-g', '1', '-bf', '0'], // every picture is decodable on its own
    ...['-bsf:v', `h264_metadata=${metadata.join(':')}`],
    ...['-map_metadata', '-1', '-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:3'],
  ];
}

/** Extracts the slate from ffmpeg's output; undefined if it is incomplete. */
export function readSlate(tags: readonly FlvTag[]): Slate | undefined {
  const videos = tags.flatMap(({ type, payload }) =>
    type === 'video' ? [{ payload, tag: parseVideoTag(payload) }] : [],
  );
  const header = videos.find(({ tag }) => tag.packetType === 'sequence-header');
  const pictures = videos.filter(({ tag }) => tag.packetType === 'frame' && tag.keyframe);
  if (!header || pictures.length !== pictureCount) return undefined;
  return { videoHeader: header.payload, pictures: pictures.map(({ payload }) => payload) };
}

/**
 * Returns the slate's picture for this stream time, with the composition time of `like`, if there is one, so that decode and
 * presentation order stay as far apart as in the publisher's stream.
 */
export function slatePicture({ pictures }: Slate, streamMs: number, like: Buffer | undefined): Buffer {
  const picture = Buffer.from(pictures[Math.floor(streamMs / pictureMs) % pictures.length]!);
  like?.copy(picture, compositionAt.from, compositionAt.from, compositionAt.to);
  return picture;
}

function readConfig(videoHeader: Buffer): ReturnType<typeof parseAvcConfig> | undefined {
  try {
    return parseAvcConfig(videoHeader.subarray(classicVideoHeaderBytes));
  } catch (cause) {
    if (!(cause instanceof CodecConfigError)) throw cause;
    return undefined;
  }
}

/** A lavfi source with the picture's aspect ratio. `X` and `Y` are pixel coordinates, `N` the picture number. */
function drawing(displayWidth: number, displayHeight: number): string {
  const scale = drawnShortSide / Math.min(displayWidth, displayHeight);
  const side = (length: number): number => 2 * Math.round(Math.min(length * scale, drawnLongSideMost) / 2);
  const size = `${side(displayWidth)}x${side(displayHeight)}`;
  const dot = 'clip(round((X-W/2)/14),-1,1)';
  const distance = 'hypot(X-W/2-14*ld(0),Y-H/2)';
  const glow = `60+130*pow(cos(PI*(N/${pictureCount}-0.15*(ld(0)+1))),2)`;
  const luma = `st(0,${dot});28+12*(1-Y/H)+clip(4-${distance},0,1)*(${glow})`;
  return `nullsrc=size=${size}:rate=${1000 / pictureMs},format=yuv420p,geq=lum='${luma}':cb=133:cr=126`;
}
