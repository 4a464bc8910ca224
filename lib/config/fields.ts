import { z } from 'zod';
import { regionPattern } from './region.ts';

/** Fields that several programs' settings share. */

export const regionName = z
  .string()
  .regex(regionPattern, 'must be a region name such as local or eu-central-1');

/** A URL with one of `schemes`, for example `http`. Trailing slashes are removed. */
export const baseUrl = (schemes: readonly string[], example: string) =>
  z
    .url({
      protocol: new RegExp(`^(${schemes.join('|')})$`),
      error: `must be an ${schemes.join(' or ')} URL such as ${example}`,
    })
    .transform((url) => url.replace(/\/+$/, ''));
