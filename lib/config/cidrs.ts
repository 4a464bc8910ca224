import { z } from 'zod';

/** Networks such as `127.0.0.0/8`, with commas between them. */
export const cidrs = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be networks such as 127.0.0.0/8')));
