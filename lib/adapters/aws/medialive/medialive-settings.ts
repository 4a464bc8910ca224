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
import { deploymentTag } from '../../../config/names.ts';
import {
  type ChannelPlan,
  renditionModifier,
  segmentModifier,
} from '../../../control/managed-channels/policy/channel-plan.ts';
import { sizeClass } from '../../../cost/medialive.ts';
import type { VideoRendition } from '../../../packaging/ladder-fit.ts';
import { segmentSeconds } from '../../../packaging/segment-grid.ts';

/** Settings shared by all channels of a deployment. */
export interface ChannelSurroundings {
  /** The deployment's name. */
  readonly deployment: string;
  readonly bucket: string;
  /** The role that MediaLive assumes. */
  readonly roleArn: string;
  /** Two subnets in different zones, for the addresses that the proxies push to. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** The deployment's own tags. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Tags that identify the resources of a broadcast. */
export const managedTags = {
  deployment: deploymentTag,
  stream: 'headwater:stream',
  broadcast: 'headwater:broadcast',
  askedAt: 'headwater:asked-at',
} as const;

function tagsOf(plan: ChannelPlan, { deployment, tags }: ChannelSurroundings): Record<string, string> {
  return {
    ...tags,
    [managedTags.deployment]: deployment,
    [managedTags.stream]: plan.streamId,
    [managedTags.broadcast]: plan.broadcastId,
    [managedTags.askedAt]: new Date(plan.askedAtMs).toISOString(),
  };
}

const nameOf = (plan: ChannelPlan, deployment: string): string =>
  `${deployment}-${plan.streamId}-${plan.broadcastId}`;

/**
 * An RTMP input inside our own network, unreachable from outside. Each pipeline has its own address; the stream name there
 * contains the broadcast id, so that no other broadcast's proxy is accepted by mistake.
 */
export function inputRequest(plan: ChannelPlan, around: ChannelSurroundings): CreateInputRequest {
  return {
    Name: nameOf(plan, around.deployment),
    RequestId: `${plan.broadcastId}-input`,
    Type: 'RTMP_PUSH',
    // Always two: a VPC input has two addresses, of which a single-pipeline channel uses the first.
    Destinations: [0, 1].map((pipeline) => ({
      StreamName: `${plan.streamId}/${plan.broadcastId}-${pipeline}`,
    })),
    Vpc: { SubnetIds: [...around.subnetIds], SecurityGroupIds: [...around.securityGroupIds] },
    RoleArn: around.roleArn,
    Tags: tagsOf(plan, around),
  };
}

const publisher = 'publisher';
const destinationId = 'origin';
const audioName = 'sound';
const audioGroup = 'sound';

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
    Tags: tagsOf(plan, around),
    // Its alerts arrive as events; logs would need permissions on MediaLive's own log group.
    LogLevel: 'DISABLED',
    InputSpecification: inputSpecification(video),
    InputAttachments: [
      {
        InputId: inputId,
        InputAttachmentName: publisher,
        // A reconnecting publisher continues where it left off; Headwater decides when the broadcast ends.
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
        // While the publisher is away: its last picture for 5 s, then black; the live edge keeps advancing.
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

/** Same as the fleet's renditions: H.264, a key frame at the start of each segment and nowhere else, segments of equal length. */
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

/** Cameras report 29.97 or 59.94 but mean 30000/1001 or 60000/1001. */
function frameRateOf(rate: number): { FramerateNumerator: number; FramerateDenominator: number } {
  const whole = Math.max(1, Math.round(rate));
  const ntsc = (whole * 1_000) / 1_001;
  return Math.abs(rate - ntsc) < Math.abs(rate - whole)
    ? { FramerateNumerator: whole * 1_000, FramerateDenominator: 1_001 }
    : { FramerateNumerator: whole, FramerateDenominator: 1 };
}

/** Bitrates that MediaLive's AAC encoder accepts for two channels at 48 kHz. */
const aacRates = [
  64_000, 80_000, 96_000, 112_000, 128_000, 160_000, 192_000, 224_000, 256_000, 288_000, 320_000,
];

function audioDescription(bitrateBps: number): AudioDescription {
  const rate = aacRates.findLast((one) => one <= bitrateBps) ?? 64_000;
  return {
    Name: audioName,
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

/** Segments as long as the fleet's, all kept and listed: the playlists cover the whole broadcast, and serve as the recording afterwards. */
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
  // Headwater writes the single index for both pipelines.
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
    HlsOutputSettings: { ...names(id), HlsSettings: { Fmp4HlsSettings: { AudioRenditionSets: audioGroup } } },
  },
});

/** fMP4 files hold one track each, so audio is a separate rendition, as in the fleet. */
const audioOutput = (id: string): Output => ({
  OutputName: id,
  AudioDescriptionNames: [audioName],
  OutputSettings: {
    HlsOutputSettings: {
      ...names(id),
      HlsSettings: {
        AudioOnlyHlsSettings: {
          AudioGroupId: audioGroup,
          AudioTrackType: 'ALTERNATE_AUDIO_AUTO_SELECT_DEFAULT',
          SegmentType: 'FMP4',
        },
      },
    },
  },
});
