import { serviceOf } from '../codec/avc-captions.ts';
import { HlsModelError } from './errors.ts';
import { attributeTag, joinLines, quoted, uriLine } from './tags.ts';

/** Rates are for the rendition alone; the playlist adds up audio and video. */
interface HlsRendition {
  /** URI of its media playlist. */
  readonly uri: string;
  /** RFC 6381. */
  readonly codecs: string;
  /** Peak bit rate: no run of segments lasting 0.5 to 1.5 target durations exceeds it. */
  readonly bandwidthBps: number;
  readonly averageBandwidthBps?: number;
}

export interface HlsVideoRendition extends HlsRendition {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

export interface HlsAudioRendition extends HlsRendition {
  /** Display name in a player's menu. */
  readonly name: string;
  /** RFC 5646. */
  readonly language?: string;
  readonly channels: number;
}

export interface MultivariantModel {
  /** In any order; may be empty if there is audio. */
  readonly video: readonly HlsVideoRendition[];
  /** Absent if the publisher sends no audio. */
  readonly audio?: HlsAudioRendition;
  /** Channels of captions in the pictures: CEA-608 (`CC1`), CEA-708 (`SERVICE1`). @default none */
  readonly captions?: readonly string[];
}

const audioGroup = 'audio';
const captionsGroup = 'captions';
/** A bit rate that most viewers' connections can sustain; players start with the first variant listed. */
const startBandwidthBps = 2_500_000;

/**
 * A multivariant playlist (RFC 8216 4.3.4 and draft-pantos-hls-rfc8216bis) with audio as a separate rendition group. It starts
 * with the best variant of at most 2.5 Mb/s, or else the lowest one; the others follow from high to low. Throws `HlsModelError`
 * if there is neither video nor audio, or if a text cannot be written as an attribute.
 */
export function multivariantPlaylist(model: MultivariantModel): string {
  const { audio } = model;
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  if (model.video.length === 0) {
    if (audio === undefined) throw new HlsModelError('There is neither video nor audio');
    return joinLines([...lines, ...variantLines(audio, undefined)]);
  }
  if (audio !== undefined) lines.push(audioTag(audio));
  const { captions = [] } = model;
  lines.push(...captions.map(captionsTag));
  return joinLines([
    ...lines,
    ...inStartOrder(model.video, audio).flatMap((video) => variantLines(video, audio, captions)),
  ]);
}

function audioTag(audio: HlsAudioRendition): string {
  return attributeTag('EXT-X-MEDIA', {
    TYPE: 'AUDIO',
    'GROUP-ID': quoted(audioGroup),
    NAME: quoted(audio.name),
    LANGUAGE: audio.language === undefined ? undefined : quoted(audio.language),
    DEFAULT: 'YES',
    AUTOSELECT: 'YES',
    CHANNELS: quoted(String(audio.channels)),
    URI: quoted(uriLine(audio.uri)),
  });
}

/** In the pictures themselves: such a rendition has no URI. In a language that nothing tells. */
const captionsTag = (channel: string): string =>
  attributeTag('EXT-X-MEDIA', {
    TYPE: 'CLOSED-CAPTIONS',
    'GROUP-ID': quoted(captionsGroup),
    NAME: quoted(channelName(channel)),
    AUTOSELECT: 'YES',
    'INSTREAM-ID': quoted(channel),
  });

/** Players show it. */
function channelName(channel: string): string {
  const service = serviceOf(channel);
  return service === undefined ? channel : `Service ${service}`;
}

function variantLines(
  main: HlsVideoRendition | HlsAudioRendition,
  audio: HlsAudioRendition | undefined,
  captions: readonly string[] = [],
): string[] {
  const averages = [main, ...(audio ? [audio] : [])].map((rendition) => rendition.averageBandwidthBps);
  const picture = 'width' in main ? main : undefined;
  const tag = attributeTag('EXT-X-STREAM-INF', {
    BANDWIDTH: Math.ceil(main.bandwidthBps + (audio?.bandwidthBps ?? 0)),
    'AVERAGE-BANDWIDTH': averages.includes(undefined)
      ? undefined
      : Math.ceil(averages.reduce<number>((sum, average) => sum + (average ?? 0), 0)),
    CODECS: quoted(audio ? `${main.codecs},${audio.codecs}` : main.codecs),
    RESOLUTION: picture && `${picture.width}x${picture.height}`,
    'FRAME-RATE': picture?.frameRate.toFixed(3),
    AUDIO: audio && quoted(audioGroup),
    'CLOSED-CAPTIONS': captions.length > 0 ? quoted(captionsGroup) : undefined,
  });
  return [tag, uriLine(main.uri)];
}

function inStartOrder(
  video: readonly HlsVideoRendition[],
  audio: HlsAudioRendition | undefined,
): readonly HlsVideoRendition[] {
  const falling = [...video].sort((a, b) => b.bandwidthBps - a.bandwidthBps);
  const limit = startBandwidthBps - (audio?.bandwidthBps ?? 0);
  const first = falling.find((rendition) => rendition.bandwidthBps <= limit) ?? falling.at(-1)!;
  return [first, ...falling.filter((rendition) => rendition !== first)];
}
