import { z } from 'zod';
import { eventDays } from './defaults.ts';
import { regionPattern } from './region.ts';

/** Fields that several programs' settings share. */

/** A TCP port to listen on; 0 lets the system choose. */
export const port = z.coerce.number().int().min(0).max(65_535);

/** A TCP port to connect to. */
export const knownPort = port.min(1);

/** An IP address or a host name, without a port. */
export const host = z.string().regex(/^[0-9A-Za-z.:_-]{1,253}$/, 'must be an IP address or a host name');

/** A URL with one of `schemes`, for example `http`. Trailing slashes are removed. */
export const baseUrl = (schemes: readonly string[], example: string) =>
  z
    .url({
      protocol: new RegExp(`^(${schemes.join('|')})$`),
      error: `must be an ${schemes.join(' or ')} URL such as ${example}`,
    })
    .transform((url) => url.replace(/\/+$/, ''));

/** Texts without commas, separated by commas. */
export const list = z.string().transform((text) => text.split(',').filter((item) => item !== ''));

/**
 * Names by which other machines call this one, beside its addresses. With them, URLs in answers have the name that the request used.
 * @default only this machine calls it
 */
export const ownNames = list.optional();

/** A region in keys and playback URLs: an AWS region, or that of the one machine. */
export const regionName = z
  .string()
  .regex(regionPattern, 'must be a region name such as local or eu-central-1');

/** How long to keep the events of a stream's journal; SQLite keeps the newest events instead. @default 90 days */
export const eventRetentionDays = z.coerce
  .number()
  .int()
  .min(eventDays.min)
  .max(eventDays.max)
  .default(eventDays.default);

/** Comma-separated networks such as `127.0.0.0/8`. */
export const cidrs = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be comma-separated networks such as 127.0.0.0/8')));
