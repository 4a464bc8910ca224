import { z } from 'zod';
import { eventDays } from './defaults.ts';
import { regionNamePattern } from './names.ts';

/** A TCP port to listen on; 0 lets the system choose. */
export const port = z.coerce.number().int().min(0).max(65_535);

/** A TCP port to connect to. */
export const knownPort = port.min(1);

/** An IP address or a host name, without a port. */
export const host = z.string().regex(/^[0-9A-Za-z.:_-]{1,253}$/, 'must be an address or a host name');

/** A URL with one of these protocols, without a slash at the end. */
export const address = (protocol: RegExp, example: string) =>
  z
    .url({ protocol, error: `must be an address such as ${example}` })
    .transform((url) => url.replace(/\/+$/, ''));

/** A region as keys and playback addresses name it: one of AWS, or the one machine. */
export const regionName = z
  .string()
  .regex(regionNamePattern, 'must be a region name such as local or eu-central-1');

/** How long the lines of a stream's journal are kept, in days. @default 90 */
export const eventRetentionDays = z.coerce
  .number()
  .int()
  .min(eventDays.min)
  .max(eventDays.max)
  .default(eventDays.default);
