import { z } from 'zod';

/** What may encode a stream, as words with commas between them; the fleet is always among them. */
export const encoderTiers = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(['fleet', 'medialive'])))
  .refine((tiers) => tiers.includes('fleet'), 'must name the fleet');
