import type { StreamState } from '../model/stream-state.ts';

/** The control API's answers, as far as the page reads them. A unit test holds them against the API's own schemas. */

export interface Stream {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly state: StreamState;
  /** `rtmp` is left out where it is not taken without TLS. */
  readonly ingest: { readonly rtmps: IngestPoint; readonly rtmp?: IngestPoint };
  readonly playback: Playback;
  /** What encodes it from the next broadcast on. */
  readonly encoder: EncoderTier;
  /** Those that may be chosen here. Only where one stream is read. */
  readonly encoders?: readonly EncoderTier[];
  /** What an hour on the air costs on AWS, about. Only where one stream is read. */
  readonly cost?: CostEstimate;
  /** Where else it is sent. Their states are there only where one stream is read. */
  readonly destinations: readonly Destination[];
  /** Left out where it was never taken down; where streams are listed, also once it was restored. */
  readonly takedown?: TakedownNotice;
  /** The managed channel that encodes it, or did last. Only where one stream is read. */
  readonly managed?: ManagedChannel;
  /** The newest broadcast. */
  readonly broadcast?: Broadcast;
}

export interface Playback {
  readonly dash: string;
  readonly hls: string;
  readonly page: string;
  /** Which of the two manifests there are: not every encoder makes both. */
  readonly manifests: readonly ('dash' | 'hls')[];
}

export type EncoderTier = 'fleet' | 'medialive';

export interface CostEstimate {
  readonly encoder: EncoderTier;
  readonly perHourUsd: number;
  readonly parts: readonly { readonly what: string; readonly perHourUsd: number }[];
  readonly note: string;
}

/** Another RTMP server that gets what the broadcaster sends. Its key is never shown. */
export interface Destination {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly createdAt: string;
  /** Left out before the first broadcast. */
  readonly state?: DestinationState;
  readonly since?: string;
  /** In words. */
  readonly detail?: string;
}

export type DestinationState = 'connecting' | 'live' | 'waiting' | 'refused' | 'ended';

/** The MediaLive channel that encodes a stream, or did last. */
export interface ManagedChannel {
  readonly state: ManagedChannelState;
  readonly since?: string;
  readonly channelId?: string;
  /** In words. */
  readonly detail?: string;
}

export type ManagedChannelState =
  | 'none'
  | 'creating-input'
  | 'creating-channel'
  | 'ready'
  | 'starting'
  | 'running'
  | 'live'
  | 'stopping'
  | 'deleting-channel'
  | 'deleting-input'
  | 'gone';

export type TakedownState = 'taking-down' | 'taken-down' | 'restoring' | 'restored';

/** `state` is left out where streams are listed. */
export interface TakedownNotice {
  readonly state?: TakedownState;
  readonly reason: string;
  readonly askedAt: string;
}

/** How far a stream is taken down, or restored. Times in ms since it was asked for. */
export interface Takedown {
  readonly streamId: string;
  readonly state: TakedownState;
  readonly reason: string;
  readonly askedAt: string;
  /** When viewers got nothing any more. */
  readonly darkAfterMs?: number;
  readonly doneAfterMs?: number;
  readonly steps: readonly TakedownProgress[];
}

export interface TakedownProgress {
  readonly step: 'refuse' | 'deny' | 'cut' | 'invalidate' | 'quarantine';
  readonly state: 'waiting' | 'done';
  readonly afterMs?: number;
  /** In words: what it waits for. */
  readonly detail?: string;
}

/** `key` is there only in the answer that made it: on creation and rotation. */
export interface IngestPoint {
  readonly url: string;
  readonly key?: string;
}

export interface Broadcast {
  readonly id: string;
  readonly state: StreamState;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly workerId?: string;
  readonly proxyId?: string;
  readonly input?: InputFacts;
  readonly renditions: readonly Rendition[];
}

export interface InputFacts {
  readonly videoCodec: string;
  readonly audioCodec?: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly bitrateBps: number;
  readonly encoder?: string;
}

export interface Rendition {
  readonly id: string;
  readonly codecs: string;
  readonly bandwidthBps: number;
  readonly width?: number;
  readonly height?: number;
  readonly frameRate?: number;
}

export interface StreamEvent {
  readonly sequence: number;
  readonly at: string;
  readonly type: string;
  /** Plain words. */
  readonly text: string;
}
