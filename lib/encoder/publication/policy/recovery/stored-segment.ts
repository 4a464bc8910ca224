import { CmafError } from '../../../../packaging/cmaf/errors.ts';
import { parseChunks, type ReadChunk } from '../../../../packaging/cmaf/reader.ts';
import type { SegmentFacts } from '../segment-facts.ts';

/** What a stored segment says of itself; undefined if it is none of ours. */
export function readSegmentFacts(body: Buffer): SegmentFacts | undefined {
  let chunks: readonly ReadChunk[];
  try {
    chunks = parseChunks(body);
  } catch (cause) {
    if (cause instanceof CmafError) return undefined;
    throw cause;
  }
  const [first] = chunks;
  if (!first) return undefined;
  const durationTicks = chunks.reduce((sum, chunk) => sum + chunk.durationTicks, 0);
  return { startTicks: Number(first.baseMediaDecodeTime), durationTicks, bytes: body.length };
}
