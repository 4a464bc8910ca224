import type {
  AudioDescription,
  CreateChannelRequest,
  CreateInputRequest,
  H264Settings,
  HlsGroupSettings,
  InputSpecification,
  Output,
  VideoDescription,
} from '@aws-sdk/client-medialive';
import {
  type ChannelPlan,
  renditionModifier,
  segmentModifier,
} from '../../../control/managed-channels/policy/channel-plan.ts';
import { sizeClass } from '../../../control/managed-channels/policy/managed-cost.ts';
import { segmentSeconds } from '../../../packaging/grid.ts';
import type { VideoRendition } from '../../../packaging/ladder-fit.ts';

/** What all channels of a deployment have in common. */
export interface ChannelSurroundings {
  /** The deployment's name. */
  readonly deployment: string;
  readonly bucket: string;
  /** The role that MediaLive takes. */
  readonly roleArn: string;
  /** Two, in different zones: the addresses that the proxies push to. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** Tags by which what belongs to a broadcast is found again. */
export const managedTags = {
  deployment: 'headwater:deployment',
  stream: 'headwater:stream',
  broadcast: 'headwater:broadcast',
  askedAt: 'headwater:asked-at',
} as const;

function tagsOf(plan: ChannelPlan, deployment: string): Record<string, string> {
  return {
    [managedTags.deployment]: deployment,
    [managedTags.stream]: plan.streamId,
    [managedTags.broadcast]: plan.broadcastId,
    [managedTags.askedAt]: new Date(plan.askedAtMs).toISOString(),
  };
}

const nameOf = (plan: ChannelPlan, deployment: string): string =>
  `${deployment}-${plan.streamId}-${plan.broadcastId}`;

/**
 * An RTMP input in our own network: nobody outside reaches it. A pipeline each has an address; the name of the stream at
 * it is the broadcast's, so that no other broadcast's proxy is let in by mistake.
 */
export function inputRequest(plan: ChannelPlan, around: ChannelSurroundings): CreateInputRequest {
  return {
    Name: nameOf(plan, around.deployment),
    RequestId: `${plan.broadcastId}-input`,
    Type: 'RTMP_PUSH',
    // Always two: an input in a network has two addresses, of which a channel with one pipeline uses the first.
    Destinations: [0, 1].map((pipeline) => ({
      StreamName: `${plan.streamId}/${plan.broadcastId}-${pipeline}`,
    })),
    Vpc: { SubnetIds: [...around.subnetIds], SecurityGroupIds: [...around.securityGroupIds] },
    RoleArn: around.roleArn,
    Tags: tagsOf(plan, around.deployment),
  };
}

const publisher = 'publisher';
const destinationId = 'origin';
const soundName = 'sound';
const soundGroup = 'sound';

export function channelRequest(
  plan: ChannelPlan,
  inputId: string,
  around: ChannelSurroundings,
): CreateChannelRequest {
  const { video, audio } = plan.ladder;
  return {
    Name: nameOf(plan, around.deployment),
    RequestId: `${plan.broadcastId}-channel`,
    ChannelClass: plan.channelClass,
    RoleArn: around.roleArn,
    Tags: tagsOf(plan, around.deployment),
    // Its alerts come as events; logs would need rights to a log group of MediaLive's own.
    LogLevel: 'DISABLED',
    InputSpecification: inputSpecification(video),
    InputAttachments: [
      {
        InputId: inputId,
        InputAttachmentName: publisher,
        // A publisher that comes back goes on where it was; whether the broadcast is over is for us to say.
        InputSettings: { SourceEndBehavior: 'CONTINUE', AudioSelectors: [{ Name: publisher }] },
      },
    ],
    Destinations: [
      {
        Id: destinationId,
        Settings: plan.destinations.map((key) => ({ Url: `s3ssl://${around.bucket}/${key}` })),
      },
    ],
    EncoderSettings: {
      // RTMP carries no time of day.
      TimecodeConfig: { Source: 'SYSTEMCLOCK' },
      GlobalConfiguration: {
        InputEndAction: 'NONE',
        // While the publisher is away: its last picture for five seconds, then black; the live edge keeps moving.
        InputLossBehavior: { RepeatFrameMsec: 5_000, BlackFrameMsec: 1_000_000, InputLossImageType: 'COLOR' },
      },
      VideoDescriptions: video.map((rendition) => videoDescription(rendition, plan.frameRate)),
      AudioDescriptions: [audioDescription(audio.bitrateBps)],
      OutputGroups: [
        {
          Name: 'hls',
          OutputGroupSettings: { HlsGroupSettings: hlsGroup },
          Outputs: [...video.map(videoOutput), audioOutput(audio.id)],
        },
      ],
    },
  };
}

function inputSpecification([top]: readonly VideoRendition[]): InputSpecification {
  const size = top && sizeClass({ longSide: top.width, shortSide: top.height });
  return { Codec: 'AVC', Resolution: size === 'UHD' ? 'UHD' : 'HD', MaximumBitrate: 'MAX_20_MBPS' };
}

/** As the fleet makes them: H.264, a key frame at the start of each segment and nowhere else, even segments. */
function videoDescription(rendition: VideoRendition, sourceRate: number | undefined): VideoDescription {
  const { id, width, height, bitrateBps } = rendition;
  const h264: H264Settings = {
    RateControlMode: 'CBR',
    Bitrate: bitrateBps,
    BufSize: bitrateBps,
    Profile: height > 480 && width > 480 ? 'HIGH' : 'MAIN',
    Level: 'H264_LEVEL_AUTO',
    GopSize: segmentSeconds,
    GopSizeUnits: 'SECONDS',
    GopClosedCadence: 1,
    GopNumBFrames: 2,
    SceneChangeDetect: 'DISABLED',
    AdaptiveQuantization: 'AUTO',
    EntropyEncoding: 'CABAC',
    ScanType: 'PROGRESSIVE',
    ParControl: 'SPECIFIED',
    ParNumerator: 1,
    ParDenominator: 1,
    ...(sourceRate === undefined
      ? { FramerateControl: 'INITIALIZE_FROM_SOURCE' }
      : { FramerateControl: 'SPECIFIED', ...frameRateOf(rendition.frameRate) }),
  };
  return {
    Name: id,
    Width: width,
    Height: height,
    ScalingBehavior: 'DEFAULT',
    CodecSettings: { H264Settings: h264 },
  };
}

/** Cameras say 29.97 or 59.94 and mean 30000/1001. */
function frameRateOf(rate: number): { FramerateNumerator: number; FramerateDenominator: number } {
  const whole = Math.max(1, Math.round(rate));
  const ntsc = (whole * 1_000) / 1_001;
  return Math.abs(rate - ntsc) < Math.abs(rate - whole)
    ? { FramerateNumerator: whole * 1_000, FramerateDenominator: 1_001 }
    : { FramerateNumerator: whole, FramerateDenominator: 1 };
}

/** What MediaLive's AAC encoder takes for two channels at 48 kHz. */
const aacRates = [
  64_000, 80_000, 96_000, 112_000, 128_000, 160_000, 192_000, 224_000, 256_000, 288_000, 320_000,
];

function audioDescription(bitrateBps: number): AudioDescription {
  const rate = aacRates.findLast((one) => one <= bitrateBps) ?? 64_000;
  return {
    Name: soundName,
    AudioSelectorName: publisher,
    AudioTypeControl: 'FOLLOW_INPUT',
    LanguageCodeControl: 'FOLLOW_INPUT',
    CodecSettings: {
      AacSettings: {
        Bitrate: rate,
        CodingMode: 'CODING_MODE_2_0',
        Profile: 'LC',
        RateControlMode: 'CBR',
        SampleRate: 48_000,
        InputType: 'NORMAL',
        RawFormat: 'NONE',
        Spec: 'MPEG4',
      },
    },
  };
}

/** Segments as long as the fleet's, all of them kept and named: playlists of the whole broadcast, and of the recording afterwards. */
const hlsGroup: HlsGroupSettings = {
  Destination: { DestinationRefId: destinationId },
  HlsCdnSettings: { HlsS3Settings: {} },
  Mode: 'VOD',
  SegmentLength: segmentSeconds,
  MinSegmentLength: 0,
  SegmentationMode: 'USE_SEGMENT_DURATION',
  OutputSelection: 'MANIFESTS_AND_SEGMENTS',
  DirectoryStructure: 'SINGLE_DIRECTORY',
  TsFileMode: 'SEGMENTED_FILES',
  ManifestCompression: 'NONE',
  ManifestDurationFormat: 'FLOATING_POINT',
  // We write the one index of both pipelines ourselves.
  RedundantManifest: 'DISABLED',
  CodecSpecification: 'RFC_6381',
  StreamInfResolution: 'INCLUDE',
  ProgramDateTime: 'INCLUDE',
  ProgramDateTimePeriod: segmentSeconds,
  DiscontinuityTags: 'INSERT',
  InputLossAction: 'EMIT_OUTPUT',
  IFrameOnlyPlaylists: 'DISABLED',
  IvInManifest: 'EXCLUDE',
  ClientCache: 'ENABLED',
  CaptionLanguageSetting: 'OMIT',
  TimedMetadataId3Frame: 'NONE',
};

const names = (id: string) => ({ NameModifier: renditionModifier(id), SegmentModifier: segmentModifier });

const videoOutput = ({ id }: VideoRendition): Output => ({
  OutputName: id,
  VideoDescriptionName: id,
  AudioDescriptionNames: [],
  OutputSettings: {
    HlsOutputSettings: { ...names(id), HlsSettings: { Fmp4HlsSettings: { AudioRenditionSets: soundGroup } } },
  },
});

/** fMP4 has one track a file, so the sound is a rendition of its own, as the fleet's is. */
const audioOutput = (id: string): Output => ({
  OutputName: id,
  AudioDescriptionNames: [soundName],
  OutputSettings: {
    HlsOutputSettings: {
      ...names(id),
      HlsSettings: {
        AudioOnlyHlsSettings: {
          AudioGroupId: soundGroup,
          AudioTrackType: 'ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT',
          SegmentType: 'FMP4',
        },
      },
    },
  },
});
