import { z } from 'zod';
import { envCodec } from '../../config/env.ts';

const text = z.string().min(1);

/** Environment of the function that attaches live origins: HEADWATER_DISTRIBUTION_ID and HEADWATER_KEY_VALUE_STORE. */
export const liveOriginsFunctionCodec = envCodec({
  distributionId: text,
  /** ARN of the edge's key-value store. */
  keyValueStore: text,
});
