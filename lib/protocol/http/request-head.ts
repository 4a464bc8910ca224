/**
 * The head of an HTTP/1.x request (RFC 9112 §2–5), read strictly: what two readers could take for two things is refused,
 * so that nothing can be smuggled past a proxy in front. No bodies: a request that has one is refused by its status.
 */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** Lower-case names; lines of one name joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the connection goes on after the answer (RFC 9112 §9.3). */
  readonly keepAlive: boolean;
  /** HTTP/1.0 knows no chunks. */
  readonly chunks: boolean;
}

export const maxHeadBytes = 8 * 1024;
const maxFields = 64;

const requestLine = /^([A-Z]{1,16}) ([\x21-\x7e]+) HTTP\/1\.([01])$/;
/** No space before the colon, no control characters, no folding (§5.1, §5.2). */
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;
/** Two of them are two answers to one question. */
const onlyOnce = new Set(['host', 'content-length', 'transfer-encoding', 'range', 'if-range']);

/**
 * Reads a head as latin1 text, from the request line to the last field, without the empty line at its end. A number is
 * the status to refuse it with.
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
  if (headers['transfer-encoding'] !== undefined) return headers['content-length'] === undefined ? 413 : 400;
  const length = headers['content-length'];
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return 400;
  if (Number(length ?? 0) > 0) return 413;
  const wishes = headers.connection?.toLowerCase() ?? '';
  const keepAlive = minor === '1' ? !/\bclose\b/.test(wishes) : /\bkeep-alive\b/.test(wishes);
  return { method, target, headers, keepAlive, chunks: minor === '1' };
}
