import { z } from 'zod';
import { envCodec } from '../config/env.ts';
import { regionName } from '../config/fields.ts';

/** Environment of the function that counts viewers: HEADWATER_TABLE_PREFIX, HEADWATER_REGIONS (comma-separated). */
export const audienceFunctionCodec = envCodec({
  /** Of the control tables, in each region: the deployment's name. */
  tablePrefix: z.string().min(1),
  /** Regions whose streams' audiences are recorded: those in this account. */
  regions: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(regionName).min(1)),
});
