import { epochOf, withEpoch } from '../../object-store/epoch-mark.ts';
import { isPreconditionFailed } from '../../object-store/errors.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import { rewrite } from '../../retry/rewrite.ts';
import { AdmissionError } from '../admission-error.ts';

/**
 * Reads an object that is overwritten in place and claims it for this epoch, unchanged: its previous writer can no longer
 * write it, even if that writer doesn't know yet that it lost the lease. Returns the object's text, '' if it doesn't exist.
 * Throws `AdmissionError` if a newer epoch has it, and the object store's errors.
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
