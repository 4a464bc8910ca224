import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Platform } from '../../testkit/platform/platform.ts';

/** An object as stored in the origin's folder. */
export interface KeptObject {
  /** For example `local/<stream>/<broadcast>/360p/7.m4s`. */
  readonly key: string;
  readonly sha256: string;
  /** Unix ms; when its bytes were written. */
  readonly writtenAtMs: number;
}

/** Every object below `prefix`, by key. */
export async function keptObjects(platform: Platform, prefix: string): Promise<Map<string, KeptObject>> {
  const root = join(platform.dataDir, 'origin', 'objects');
  const entries = await readdir(join(root, prefix), { recursive: true, withFileTypes: true });
  const objects = new Map<string, KeptObject>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const key = path.slice(root.length + 1);
    const [body, { mtimeMs }] = await Promise.all([readFile(path), stat(path)]);
    const sha256 = createHash('sha256').update(body).digest('hex');
    objects.set(key, { key, sha256, writtenAtMs: mtimeMs });
  }
  return objects;
}

/** Segments and init segments whose bytes have changed, or that have disappeared. Playlists are expected to change. */
export function changedObjects(
  before: ReadonlyMap<string, Pick<KeptObject, 'sha256'>>,
  after: ReadonlyMap<string, Pick<KeptObject, 'sha256'>>,
): string[] {
  return [...before]
    .filter(([key, { sha256 }]) => /\.(m4s|mp4)$/.test(key) && after.get(key)?.sha256 !== sha256)
    .map(([key]) => key);
}

/** When each segment of a rendition reached the origin, Unix ms by number, ascending. */
export function writtenSegments(
  objects: ReadonlyMap<string, KeptObject>,
  rendition: string,
): { readonly number: number; readonly writtenAtMs: number }[] {
  return [...objects.values()]
    .flatMap(({ key, writtenAtMs }) => {
      const [, folder, number] = /([^/]+)\/(\d+)\.m4s$/.exec(key) ?? [];
      return folder === rendition ? [{ number: Number(number), writtenAtMs }] : [];
    })
    .sort((a, b) => a.number - b.number);
}

/** The highest number of a rendition's segments in the origin; -1 if there is none. `folder`: of the rendition. */
export async function newestSegment(platform: Platform, folder: string): Promise<number> {
  const names = await readdir(join(platform.dataDir, 'origin', 'objects', folder));
  return Math.max(-1, ...names.map((name) => Number(/^(\d+)\.m4s$/.exec(name)?.[1] ?? -1)));
}
