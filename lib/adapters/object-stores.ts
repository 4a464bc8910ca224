import { readFile } from 'node:fs/promises';
import { type ObjectsLocation, type OriginLocation, splitLocation } from '../config/locations.ts';
import type {
  BulkObjectStore,
  OriginObjectStore,
  StreamingObjectStore,
  UploadStore,
} from '../object-store/ports.ts';
import type { CallLimits } from './aws/client-settings.ts';
import type { OnOriginDate } from './node/origin-date.ts';

/** A token of the origin program or of a cache tier is unreadable or invalid. */
export class OriginTokenError extends Error {
  override readonly name = 'OriginTokenError';
  readonly code = 'ORIGIN_TOKEN_UNREADABLE';
  readonly mend: string;

  constructor(message: string, variable: string, options?: ErrorOptions) {
    super(message, options);
    this.mend = `Put a secret of at least 16 characters, without spaces, in the file that ${variable} points to.`;
  }
}

/**
 * Reads a token of the origin program or of a cache tier. `variable`: the environment variable that names the file. Throws `OriginTokenError`.
 */
export async function readOriginToken(path: string, variable: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OriginTokenError(`The origin token ${path} cannot be read.`, variable, { cause });
  });
  const token = text.trim();
  if (!/^\S{16,}$/.test(token)) {
    throw new OriginTokenError(`The token in ${path} is too short or contains spaces.`, variable);
  }
  return token;
}

/**
 * Opens the origin for writing. `tokenFile` is needed only for an origin program; `onDate` receives the origin's time; `limits` are for
 * calls to S3, whose own suit live media.
 */
export async function openOrigin(
  location: OriginLocation,
  tokenFile: string | undefined,
  onDate?: OnOriginDate,
  limits?: Partial<CallLimits>,
): Promise<BulkObjectStore & UploadStore & { close(): void }> {
  const { scheme, rest } = splitLocation(location);
  if (scheme === 's3') {
    const { createS3ObjectStore } = await import('./aws/s3-object-store.ts');
    return createS3ObjectStore({ bucket: rest, onDate, ...(limits && { limits }) });
  }
  const variable = 'HEADWATER_ORIGIN_TOKEN_FILE';
  if (tokenFile === undefined) throw new OriginTokenError(`${variable} is missing.`, variable);
  const { createHttpObjectStore } = await import('./local/http-object-store.ts');
  const token = await readOriginToken(tokenFile, variable);
  return createHttpObjectStore({ url: location, token, ...(onDate && { onDate }) });
}

/** Opens the objects that an origin program serves. */
export async function openObjects(
  location: ObjectsLocation,
): Promise<StreamingObjectStore | OriginObjectStore> {
  const { scheme, rest } = splitLocation(location);
  if (scheme === 's3') {
    const { createS3ObjectStore } = await import('./aws/s3-object-store.ts');
    return createS3ObjectStore({ bucket: rest });
  }
  const { openDiskObjectStore } = await import('./local/disk/disk-object-store.ts');
  return await openDiskObjectStore(rest);
}
