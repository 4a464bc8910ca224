import { CopyObjectCommand, DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { rewrite } from '../../../retry/rewrite.ts';
import type { BucketAccess } from './bucket-access.ts';
import { asStoreError, s3Fault } from './s3-errors.ts';

/**
 * S3 has no rename: a copy, then a delete, each conditional on the ETag seen. Opposing moves of one object are serialized
 * within this process. Between processes the caller must prevent them, or both moves could delete the object.
 */
export class BucketMoves {
  readonly #bucket: BucketAccess;
  /** Moves in progress, by their pair of keys. */
  readonly #moves = new Map<string, Promise<void>>();

  constructor(bucket: BucketAccess) {
    this.#bucket = bucket;
  }

  move(from: string, to: string): Promise<void> {
    const pair = [from, to].toSorted().join(' ');
    const before = this.#moves.get(pair)?.catch(() => {});
    const moved = Promise.resolve(before)
      .then(() => this.#move(from, to))
      .finally(() => {
        if (this.#moves.get(pair) === moved) this.#moves.delete(pair);
      });
    this.#moves.set(pair, moved);
    return moved;
  }

  async #move(from: string, to: string): Promise<void> {
    const { client, at, inTime } = this.#bucket;
    const [source, target] = [at(from), at(to)];
    if (from === to) return;
    const copyAndDelete = async (): Promise<void> => {
      const found = await this.#etag(from);
      if (found === undefined) return;
      const there = await this.#etag(to);
      // The target already has the same bytes if an earlier move was interrupted between the two steps.
      if (there !== found) {
        const copy = new CopyObjectCommand({
          ...target,
          CopySource: `${source.Bucket}/${from}`,
          CopySourceIfMatch: found,
          ...(there === undefined ? { IfNoneMatch: '*' } : { IfMatch: there }),
        });
        await client.send(copy, inTime());
      }
      await client.send(new DeleteObjectCommand({ ...source, IfMatch: found }), inTime());
    };
    try {
      await rewrite(copyAndDelete, isChanged);
    } catch (fault) {
      throw asStoreError(fault, `move ${from}`);
    }
  }

  async #etag(key: string): Promise<string | undefined> {
    const { client, at, inTime } = this.#bucket;
    try {
      const { ETag = '' } = await client.send(new HeadObjectCommand(at(key)), inTime());
      return ETag;
    } catch (fault) {
      // A HEAD response has no body, so it does not show whether the bucket exists. The next call will.
      if (s3Fault(fault).status === 404) return undefined;
      throw fault;
    }
  }
}

/** One of a move's two objects was written, moved or deleted in the meantime: look again. */
function isChanged(fault: unknown): boolean {
  const { name, status } = s3Fault(fault);
  return status === 412 || status === 409 || (status === 404 && name !== 'NoSuchBucket');
}
