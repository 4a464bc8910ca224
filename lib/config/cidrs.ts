import { z } from 'zod';

/** Comma-separated networks such as `127.0.0.0/8`. */
export const cidrs = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be comma-separated networks such as 127.0.0.0/8')));
