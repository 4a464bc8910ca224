import { z } from 'zod';
import { envCodec } from '../../config/env.ts';
import { regionName } from '../../config/fields.ts';

/** Environment of the function that makes the documents of streams' pages: HEADWATER_PAGE_BUCKET and HEADWATER_REGION. */
export const pageDocumentsFunctionCodec = envCodec({
  /** The bucket with the page's files. */
  pageBucket: z.string().min(1),
  /** The region of streams whose address names none. */
  region: regionName,
});
