import { readFile } from 'node:fs/promises';
import { type ObjectsLocation, type OriginLocation, splitLocation } from '../config/locations.ts';
import type { ObjectStore, StreamingObjectStore } from '../object-store/ports.ts';
import type { OnOriginDate } from './node/origin-date.ts';

/** The origin program's write token cannot be read or is none. */
export class OriginTokenError extends Error {
  override readonly name = 'OriginTokenError';
  readonly code = 'ORIGIN_TOKEN_UNREADABLE';
  readonly mend: string;

  constructor(message: string, variable: string, options?: ErrorOptions) {
    super(message, options);
    this.mend = `Put a secret of 16 characters or more, without spaces, into the file that ${variable} names.`;
  }
}

/** Reads the write token of the origin program. `variable` is what named the file. Throws `OriginTokenError`. */
export async function readOriginToken(path: string, variable: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OriginTokenError(`The origin token ${path} cannot be read.`, variable, { cause });
  });
  const token = text.trim();
  if (!/^\S{16,}$/.test(token)) {
    throw new OriginTokenError(`The token in ${path} is too short or has spaces.`, variable);
  }
  return token;
}

/** The origin as workers write to it. `tokenFile` is needed for an origin program only; `onDate` hears what time it is there. */
export async function openOrigin(
  location: OriginLocation,
  tokenFile: string | undefined,
  onDate?: OnOriginDate,
): Promise<ObjectStore & { close(): void }> {
  const { scheme, rest } = splitLocation(location);
  if (scheme === 's3') {
    const { createS3ObjectStore } = await import('./aws/s3-object-store.ts');
    return createS3ObjectStore({ bucket: rest, onDate });
  }
  const variable = 'HEADWATER_ORIGIN_TOKEN_FILE';
  if (tokenFile === undefined) throw new OriginTokenError(`${variable} is missing.`, variable);
  const { createHttpObjectStore } = await import('./local/http-object-store.ts');
  const token = await readOriginToken(tokenFile, variable);
  return createHttpObjectStore({ url: location, token, ...(onDate && { onDate }) });
}

/** The objects that an origin program serves. */
export async function openObjects(location: ObjectsLocation): Promise<StreamingObjectStore> {
  const { scheme, rest } = splitLocation(location);
  if (scheme === 's3') {
    const { createS3ObjectStore } = await import('./aws/s3-object-store.ts');
    return createS3ObjectStore({ bucket: rest });
  }
  const { openDiskObjectStore } = await import('./local/disk/disk-object-store.ts');
  return await openDiskObjectStore(rest);
}
