import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an `Authorization` header carries this token. Compares in constant time. */
export function isBearer(authorization: string | null | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
