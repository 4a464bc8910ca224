import { createHash } from 'node:crypto';
import type { PageFile } from './policy/routes.ts';

export function pageFile(body: Uint8Array, contentType: string, immutable: boolean): PageFile {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, contentType, etag, immutable };
}
