import type { LatencyMode } from '../../../control-store/records.ts';
import type { CaptionChannel } from '../../../packaging/codec/avc-captions.ts';
import type { BroadcastId, StreamId } from '../../../routing/ids.ts';
import type { TrackHeader } from '../../policy/track-header.ts';
import type { Rendition } from './rendition.ts';

export interface PublicationOptions {
  readonly region: string;
  readonly streamId: StreamId;
  readonly broadcastId: BroadcastId;
  readonly epoch: number;
  /** Unix ms of stream time 0. */
  readonly startedAtMs: number;
  /** How many segments a viewer can rewind while live. */
  readonly windowSegments: number;
  /** URL from which players get the time. */
  readonly utcTimingUrl: string;
  /** False: viewers get only what the object store has, and `latency` is standard. @default true */
  readonly liveOrigin?: boolean;
  /** `standard`: players are told of whole segments only. @default low */
  readonly latency?: LatencyMode;
  /** Length of a part in ms. @default `defaultPartMs` */
  readonly partMs?: number;
}

/** A run of segments with unchanged renditions and codec parameters, and without a gap. */
export interface PublishedPeriod {
  readonly fromNumber: number;
  toNumber: number;
  readonly initName: string;
  /** True if it follows the previous period without a gap and with the same init segments. */
  readonly continues: boolean;
  readonly headers: ReadonlyMap<string, TrackHeader>;
}

/** Input of the HLS and DASH models. */
export interface PublicationState {
  readonly options: PublicationOptions;
  /** Every rendition that ever existed, best first, audio last. */
  readonly renditions: readonly Rendition[];
  readonly periods: readonly PublishedPeriod[];
  /** Channels of captions that were seen in its pictures. @default none */
  readonly captions?: readonly CaptionChannel[];
  /** Unix ms at which stream time 0 counts as available to DASH players. */
  readonly availabilityStartMs: number;
  readonly ended: boolean;
}
