import type { z } from '@hono/zod-openapi';
import { defaultLadder, type LadderConfig } from '../../config/ladder.ts';
import type { DocumentKind, StreamDocument } from '../policy/documents.ts';
import { costEstimate } from '../policy/managed-cost.ts';
import type { PushStates } from '../policy/push-states.ts';
import type { DestinationRecord, EncoderTier, StreamRecord } from '../policy/records.ts';
import type { Destination } from './destination-schemas.ts';
import type { CostEstimate } from './encoder-schemas.ts';
import type { TakedownNotice } from './takedown-schemas.ts';

/** What stands beside a stream's settings, as the API shows it: field by field, and never a destination's key. */

/** The documents of a stream, those that there are. */
export type StreamDocuments = { readonly [Kind in DocumentKind]: StreamDocument<Kind> | undefined };

type Shown<Schema extends z.ZodType> = z.output<Schema>;

const iso = (ms: number): string => new Date(ms).toISOString();

/** In the order in which they were added. Without `pushes` nothing is said of how they stand. */
export const presentDestinations = ({ destinations = [] }: StreamRecord, pushes?: PushStates) =>
  destinations.map((one) => presentDestination(one, pushes));

export function presentDestination(
  { id, name, url, enabled, createdAtMs }: DestinationRecord,
  pushes?: PushStates,
): Shown<typeof Destination> {
  const push = pushes?.destinations.find((one) => one.id === id);
  return {
    id,
    name,
    url,
    enabled,
    createdAt: iso(createdAtMs),
    ...(push && {
      state: push.state,
      since: iso(push.sinceMs),
      ...(push.detail !== undefined && { detail: push.detail }),
    }),
  };
}

export const noDocuments: StreamDocuments = { takedown: undefined, channel: undefined, pushes: undefined };

/** `documents` is left out where the stream is one of many: then the record alone tells. */
export function presentTakedownNotice(
  { takenDown }: StreamRecord,
  documents?: StreamDocuments,
): Shown<typeof TakedownNotice> | undefined {
  const takedown = documents?.takedown?.body;
  if (takedown) {
    const { reason, askedAtMs } = takedown;
    return { reason, askedAt: iso(askedAtMs) };
  }
  return takenDown && { reason: takenDown.reason, askedAt: iso(takenDown.atMs) };
}

/** MediaLive writes HLS playlists only. */
export const presentManifests = (encoder: EncoderTier): ('dash' | 'hls')[] =>
  encoder === 'medialive' ? ['hls'] : ['dash', 'hls'];

export function presentCost(
  encoder: EncoderTier,
  ladder: LadderConfig = defaultLadder,
): Shown<typeof CostEstimate> {
  const { perHourUsd, parts, note } = costEstimate(encoder, ladder);
  return { encoder, perHourUsd, parts: [...parts], note };
}
