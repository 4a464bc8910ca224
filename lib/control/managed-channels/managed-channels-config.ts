import { z } from 'zod';
import { channelClasses, defaultChannelClass } from '../../config/defaults.ts';
import { envCodec } from '../../config/env.ts';
import { eventRetentionDays, regionName } from '../../config/fields.ts';
import { controlStoreLocation, originLocation } from '../../config/locations.ts';

const list = (item: RegExp, least: number, most: number) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.string().regex(item)).min(least).max(most));

/** Environment of the function that drives managed channels: HEADWATER_CONTROL_STORE, HEADWATER_CHANNEL_ROLE, … */
export const managedChannelsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  eventRetentionDays,
  /** Must be a bucket, because MediaLive writes to it too. */
  origin: originLocation.refine((text) => text.startsWith('s3://'), 'must be s3://BUCKET'),
  /** The deployment's name, for the tags by which leftover channels are found. */
  deployment: z.string().min(1),
  region: regionName,
  /** The role that MediaLive assumes to write to the bucket and to reach into the network. */
  channelRole: z.string().startsWith('arn:'),
  /** Subnets for its inputs: two, in different zones. Comma-separated. */
  channelSubnets: list(/^subnet-[0-9a-z]+$/, 2, 2),
  /** Security groups that admit only our proxies. Comma-separated. */
  channelSecurityGroups: list(/^sg-[0-9a-z]+$/, 1, 5),
  /** One pipeline, or two in different zones. */
  channelClass: z.enum(channelClasses).default(defaultChannelClass),
  /** The deployment's own tags for channels and inputs, as a JSON object. @default none */
  tags: z.string().min(1).optional(),
  /** `LadderConfig` as JSON. @default the default ladder */
  ladder: z.string().min(1).optional(),
});

/** The field `tags`. Throws if it isn't an object of texts. */
export const readTags = (json: string): Record<string, string> =>
  z.record(z.string(), z.string()).parse(JSON.parse(json));
