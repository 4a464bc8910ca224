import type { components } from './control-schema.d.ts';
import type { components as processComponents } from './process-schema.d.ts';

/** The APIs' types by short names. `npm run api-types` generates them from the OpenAPI documents. */

type Schemas = components['schemas'];
type ProcessSchemas = processComponents['schemas'];

export type Stream = Schemas['Stream'];
export type CreatedStream = Schemas['CreatedStream'];
export type StreamPage = Schemas['StreamPage'];
export type StreamState = Schemas['StreamState'];
export type IngestPoint = Schemas['IngestPoint'];
export type ManifestKind = Schemas['Playback']['manifests'][number];
export type PlaybackMode = Schemas['PlaybackMode'];
export type LatencyMode = Schemas['LatencyMode'];
export type Embedding = Schemas['Embedding'];
export type PlaybackSession = Schemas['PlaybackSession'];
export type NewPlaybackSession = Schemas['NewPlaybackSession'];

export type CreatedKey = Schemas['CreatedKey'];

export type Broadcast = Schemas['Broadcast'];
export type BroadcastList = Schemas['BroadcastList'];
export type Download = Schemas['Download'];
export type DownloadList = Schemas['DownloadList'];
export type NewDownload = Schemas['NewDownload'];
export type Rendition = Schemas['Rendition'];

export type EncoderTier = Schemas['EncoderTier'];
export type CostEstimate = Schemas['CostEstimate'];

export type Destination = Schemas['Destination'];
export type DestinationState = NonNullable<Destination['state']>;
export type NewDestination = Schemas['NewDestination'];
export type DestinationChange = Schemas['DestinationChange'];

export type Audience = Schemas['Audience'];

export type Deletion = Schemas['Deletion'];
export type RecordingsChoice = Schemas['RecordingsChoice'];

export type Takedown = Schemas['Takedown'];
export type TakedownState = Schemas['TakedownState'];
export type TakedownNotice = Schemas['TakedownNotice'];
export type TakedownProgress = Schemas['TakedownProgress'];

export type StreamEvent = Schemas['StreamEvent'];
export type StreamEventList = Schemas['StreamEventList'];

export type StreamHealth = Schemas['StreamHealth'];
export type HealthVerdict = StreamHealth['verdict'];
export type HealthSample = Schemas['HealthSample'];
/** What the samples of a stream's health cover. */
export type HealthWindow = 'recent' | 'broadcast';

export type Problem = Schemas['Problem'];
export type RequestFault = Schemas['RequestFault'];

export type LocalProcess = ProcessSchemas['Process'];
export type ProcessList = ProcessSchemas['ProcessList'];
export type StopKind = ProcessSchemas['Stop']['how'];
