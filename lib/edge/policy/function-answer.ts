import type { ResponseHead } from './response.ts';

/** A head as CloudFront Functions write it, as a literal of their source; the length is CloudFront's own to say. */
export function functionAnswer({ status, headers }: ResponseHead): string {
  const said = Object.entries(headers).filter(([name]) => name !== 'content-length');
  return JSON.stringify({
    statusCode: status,
    headers: Object.fromEntries(said.map(([name, value]) => [name, { value }])),
  });
}
