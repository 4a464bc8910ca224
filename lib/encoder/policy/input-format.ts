import { type AacConfig, parseAudioSpecificConfig } from '../../packaging/codec/aac-config.ts';
import { aacSilence } from '../../packaging/codec/aac-silence.ts';
import { type AvcConfig, parseAvcConfig } from '../../packaging/codec/avc-config.ts';
import type { VideoInput } from '../../packaging/ladder-fit.ts';
import { classicVideoHeaderBytes } from '../../protocol/flv/video-tag.ts';

/** What a publish session sends. The headers are whole FLV payloads in the classic format. */
export interface InputFormat {
  /** Undefined if the publisher sends sound alone. */
  readonly picture?: PictureFormat;
  readonly audioHeader: Buffer;
  /** Undefined if the publisher sends no audio; silence replaces it. */
  readonly audioCodec?: string;
  /** One silent frame as an FLV payload; undefined for an unusual channel layout. */
  readonly silence?: Buffer;
  /** Duration of an audio frame in ms. */
  readonly audioFrameMs: number;
}

export interface PictureFormat {
  readonly header: Buffer;
  readonly input: VideoInput;
  /** RFC 6381. */
  readonly codec: string;
}

/** What is known about a session when its format must be decided. */
export interface ProbedInput {
  /** Undefined for sound alone. */
  readonly videoHeader?: Buffer;
  readonly audioHeader?: Buffer;
  /** As announced by the publisher, in pictures a second. */
  readonly claimedFrameRate?: number;
  /** As measured over some pictures; undefined for fewer than two. */
  readonly measuredFrameRate?: number;
}

const aacHeaderBytes = 2;
/** AAC-LC, 48 kHz, stereo: what most publishers send, so that audio which starts later often matches. */
const silentHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);
const commonRates = [10, 12, 15, 20, 24_000 / 1001, 24, 25, 30_000 / 1001, 30, 48, 50, 60_000 / 1001, 60];

/** Decides what a session sends. Throws `CodecConfigError` for an unreadable or unsupported sequence header. */
export function decideFormat(input: ProbedInput): InputFormat {
  const { videoHeader, audioHeader } = input;
  const picture = videoHeader && pictureFormat(videoHeader, input);
  return {
    ...(picture ? { picture } : {}),
    ...soundFormat(audioHeader ?? silentHeader),
    ...(audioHeader ? { audioCodec: configOf(audioHeader).codecString } : {}),
  };
}

/** The same picture with other sound. Throws `CodecConfigError` if the sound's sequence header can't be read. */
export function withSound({ picture }: InputFormat, audioHeader: Buffer): InputFormat {
  return { ...(picture ? { picture } : {}), ...decideFormat({ audioHeader }) };
}

/** True if an ffmpeg that was started for `a` can continue with `b`: same picture and frame rate, or none. It takes any sound. */
export function sameFormat({ picture: a }: InputFormat, { picture: b }: InputFormat): boolean {
  if (!a || !b) return a === b;
  return (
    a.input.width === b.input.width &&
    a.input.height === b.input.height &&
    a.input.interlaced === b.input.interlaced &&
    Math.abs(a.input.frameRate / b.input.frameRate - 1) < 0.1
  );
}

function pictureFormat(header: Buffer, input: ProbedInput): PictureFormat {
  const avc = parseAvcConfig(header.subarray(classicVideoHeaderBytes));
  return { header, input: pictureOf(avc, frameRateOf(avc, input)), codec: avc.codecString };
}

const configOf = (audioHeader: Buffer): AacConfig =>
  parseAudioSpecificConfig(audioHeader.subarray(aacHeaderBytes));

function soundFormat(audioHeader: Buffer): Pick<InputFormat, 'audioHeader' | 'silence' | 'audioFrameMs'> {
  const aac = configOf(audioHeader);
  const silence = silenceFor(aac);
  return {
    audioHeader,
    ...(silence ? { silence } : {}),
    audioFrameMs: (aac.frameSamples * 1000) / aac.sampleRate,
  };
}

function pictureOf(avc: AvcConfig, frameRate: number): VideoInput {
  const { width: sarWidth, height: sarHeight } = avc.sampleAspectRatio;
  const displayWidth = Math.round((avc.width * sarWidth) / sarHeight);
  return {
    width: displayWidth,
    height: avc.height,
    frameRate,
    ...(avc.frameRate ? { headerFrameRate: avc.frameRate.numerator / avc.frameRate.denominator } : {}),
    codedWidth: avc.width,
    interlaced: !avc.progressive,
  };
}

/** The measurement decides; a claim close to it makes it exact. */
function frameRateOf(avc: AvcConfig, { claimedFrameRate, measuredFrameRate }: ProbedInput): number {
  const { frameRate } = avc;
  const vui = frameRate && frameRate.numerator / frameRate.denominator;
  const claims = [claimedFrameRate, vui].filter((rate) => rate !== undefined && rate >= 1 && rate <= 240);
  const measured = measuredFrameRate ?? claims[0] ?? 30;
  const near = (rate: number | undefined, tolerance: number): rate is number =>
    rate !== undefined && Math.abs(rate / measured - 1) < tolerance;
  const exact = claims.find((rate) => near(rate, 0.1));
  if (exact !== undefined) return exact;
  const common = [...commonRates].sort((a, b) => Math.abs(a - measured) - Math.abs(b - measured))[0];
  return Math.min(240, Math.max(1, near(common, 0.04) ? common : measured));
}

function silenceFor(aac: AacConfig): Buffer | undefined {
  const isUsual = aac.channelConfig >= 1 && aac.channelConfig <= 7 && aac.frameSamples === 1024;
  return isUsual ? Buffer.concat([Buffer.from([0xaf, 1]), aacSilence(aac.channelConfig)]) : undefined;
}
