import { SharedBody, SharedBodyReader } from '../net/shared-body.ts';
import { plainHead } from './policy/response.ts';
import type { EdgeResponse } from './ports.ts';

/** A short response of our own, plain text unless `headers` say otherwise. */
export function textReply(
  method: string,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): EdgeResponse {
  const head = plainHead(status, 'text/plain; charset=utf-8', Buffer.byteLength(text));
  const all = { ...head.headers, ...headers };
  return method === 'HEAD' ? { status, headers: all } : { status, headers: all, body: bodyOf(text) };
}

export function bodyOf(text: string): SharedBodyReader {
  const bytes = Buffer.from(text);
  return new SharedBodyReader(SharedBody.of(bytes), { start: 0, end: bytes.length });
}
