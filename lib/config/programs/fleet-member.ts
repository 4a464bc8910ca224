import { z } from 'zod';
import { type MemberId, memberIdPattern } from '../../routing/ids.ts';
import { host } from '../fields.ts';

/** Variables about a fleet member itself. On ECS, task metadata fills in missing ones. */
export const memberFields = {
  /** Name in the fleet, for example `encoder-1`. */
  memberId: z
    .string()
    .regex(memberIdPattern, 'must be a name such as ingest-1')
    .transform((id) => id as MemberId)
    .optional(),
  /** Listening address; `0.0.0.0` is all addresses. */
  host: host.default('127.0.0.1'),
  /** Address at which the rest of the fleet reaches it. @default the listening address */
  advertisedHost: host.optional(),
  /** Task metadata endpoint, version 4; set by ECS. */
  taskMetadataUri: z.url({ protocol: /^http$/ }).optional(),
};

/** Variables whose names are set by others. */
export const memberVariables = { taskMetadataUri: 'ECS_CONTAINER_METADATA_URI_V4' };
