import { epochOf, withEpoch } from '../../object-store/epoch-mark.ts';
import { isPreconditionFailed } from '../../object-store/errors.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import { rewrite } from '../../retry/rewrite.ts';
import { AdmissionError } from '../admission-error.ts';

/**
 * Reads an object that is written over, and makes it ours as it is: whoever wrote it so far can do so no more, even where
 * it does not know yet that it lost the lease. Returns its text, '' where there is none. Throws `AdmissionError` where a
 * newer epoch has it, and the object store's errors.
 */
export function fenceObject(objects: ObjectStore, key: string, epoch: number): Promise<string> {
  return rewrite(async () => {
    const found = await objects.get(key);
    if (!found) return '';
    if (epochOf(found.body) > epoch)
      throw new AdmissionError('held-elsewhere', 'Another encoder writes this broadcast by now.');
    const { contentType, cacheControl, etag: ifMatch } = found;
    const text = withEpoch(key, found.body.toString('utf8'), epoch);
    await objects.put(key, Buffer.from(text), { contentType, cacheControl, ifMatch });
    return text;
  }, isPreconditionFailed);
}
