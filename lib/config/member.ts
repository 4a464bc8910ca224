import { z } from 'zod';
import { type MemberId, memberIdPattern } from '../routing/ids.ts';
import { host } from './fields.ts';

/** What every member of a fleet is told of itself. On ECS the task's own metadata fills in what is not told. */
export const memberFields = {
  /** Its name in the fleet, for example `encoder-1`. */
  memberId: z
    .string()
    .regex(memberIdPattern, 'must be a name such as ingest-1')
    .transform((id) => id as MemberId)
    .optional(),
  /** The address that it listens on; `0.0.0.0` is every one. */
  host: host.default('127.0.0.1'),
  /** Where the rest of the fleet reaches it; the address that it listens on unless told. */
  advertisedHost: host.optional(),
  /** The task metadata endpoint, version 4; ECS sets it. */
  taskMetadataUri: z.url({ protocol: /^http$/ }).optional(),
};

/** Variables that are not ours to name. */
export const memberVariables = { taskMetadataUri: 'ECS_CONTAINER_METADATA_URI_V4' };
