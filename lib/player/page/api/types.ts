import type { StreamState } from '../model/stream-state.ts';

/** The control API's answers, as far as the page reads them. A unit test holds them against the API's own schemas. */

export interface Stream {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly state: StreamState;
  /** `rtmp` is left out where it is not taken without TLS. */
  readonly ingest: { readonly rtmps: IngestPoint; readonly rtmp?: IngestPoint };
  readonly playback: { readonly dash: string; readonly hls: string; readonly page: string };
  /** The newest broadcast. */
  readonly broadcast?: Broadcast;
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
