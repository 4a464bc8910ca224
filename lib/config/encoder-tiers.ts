import { z } from 'zod';

/** The encoders a stream may use, comma-separated; must include the fleet. */
export const encoderTiers = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(['fleet', 'medialive'])))
  .refine((tiers) => tiers.includes('fleet'), 'must include fleet');
