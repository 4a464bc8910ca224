import { z } from 'zod';
import { channelClasses, defaultChannelClass } from '../../config/defaults.ts';
import { envCodec } from '../../config/env.ts';
import { regionName } from '../../config/fields.ts';
import { controlStoreLocation, originLocation } from '../../config/locations.ts';

const list = (item: RegExp, least: number, most: number) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.string().regex(item)).min(least).max(most));

/** What the function that drives managed channels is told, as HEADWATER_CONTROL_STORE, HEADWATER_CHANNEL_ROLE and so on. */
export const managedChannelsFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** A bucket: MediaLive writes into it too. */
  origin: originLocation.refine((text) => text.startsWith('s3://'), 'must be s3://BUCKET'),
  /** Its name, for the tags by which what is left over is found. */
  deployment: z.string().min(1),
  region: regionName,
  /** The role that MediaLive takes, to write to the bucket and to reach into the network. */
  channelRole: z.string().startsWith('arn:'),
  /** Where its inputs get their addresses: two subnets, in different zones. Comma-separated. */
  channelSubnets: list(/^subnet-[0-9a-z]+$/, 2, 2),
  /** What lets only our proxies in. Comma-separated. */
  channelSecurityGroups: list(/^sg-[0-9a-z]+$/, 1, 5),
  /** One pipeline, or two in different zones. */
  channelClass: z.enum(channelClasses).default(defaultChannelClass),
  /** JSON in the form of `LadderConfig`; the default ladder unless told. */
  ladder: z.string().min(1).optional(),
});
