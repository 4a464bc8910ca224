import { requestAim } from './request-aim.ts';

/**
 * The head of an HTTP/1.x request (RFC 9112 §2–5), parsed strictly: anything that two parsers could interpret differently is
 * rejected, so that nothing can be smuggled past a proxy in front. Bodies are not supported; requests with one are rejected.
 */
export interface RequestHead {
  readonly method: string;
  /** Path and query, also if the request line had an absolute target, whose authority is then in `headers.host`. */
  readonly target: string;
  /** Lowercase names; repeated fields are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the connection persists after the response (RFC 9112 §9.3). */
  readonly keepAlive: boolean;
  /** HTTP/1.0 has no chunked encoding. */
  readonly chunks: boolean;
}

export const maxHeadBytes = 8 * 1024;
const maxFields = 64;

const requestLine = /^([A-Z]{1,16}) ([\x21-\x7e]+) HTTP\/1\.([01])$/;
/** No space before the colon, no control characters, no folding (§5.1, §5.2). */
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;
/** Fields that would be ambiguous if repeated. */
const onlyOnce = new Set(['host', 'content-length', 'transfer-encoding', 'range', 'if-range']);

/**
 * Parses a head as latin1 text, from the request line to the last field, without the terminating empty line. A returned
 * number is the status to reject it with.
 */
export function parseRequestHead(text: string): RequestHead | 400 | 413 | 431 {
  const lines = text.split('\r\n');
  if (lines.length > maxFields + 1) return 431;
  const [, method, target, minor] = requestLine.exec(lines[0] ?? '') ?? [];
  if (method === undefined || target === undefined) return 400;
  const headers: Record<string, string> = Object.create(null);
  for (let index = 1; index < lines.length; index++) {
    const [, field = '', value = ''] = fieldLine.exec(lines[index] ?? '') ?? [];
    if (field === '') return 400;
    const name = field.toLowerCase();
    const before = headers[name];
    if (before !== undefined && onlyOnce.has(name)) return 400;
    headers[name] = before === undefined ? value.trimEnd() : `${before}, ${value.trimEnd()}`;
  }
  if (minor === '1' && headers.host === undefined) return 400;
  const aim = requestAim(method, target, headers.host === undefined ? [] : [headers.host]);
  if (aim === undefined) return 400;
  if (aim.host !== undefined) headers.host = aim.host;
  if (headers['transfer-encoding'] !== undefined) return headers['content-length'] === undefined ? 413 : 400;
  const length = headers['content-length'];
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return 400;
  if (Number(length ?? 0) > 0) return 413;
  const wishes = headers.connection?.toLowerCase() ?? '';
  const keepAlive = minor === '1' ? !/\bclose\b/.test(wishes) : /\bkeep-alive\b/.test(wishes);
  return { method, target: aim.target, headers, keepAlive, chunks: minor === '1' };
}
