import type { ResponseHead } from '../response.ts';

/** A response head as a source literal for CloudFront Functions. CloudFront sets the content length itself. */
export function functionAnswer({ status, headers }: ResponseHead): string {
  const sent = Object.entries(headers).filter(([name]) => name !== 'content-length');
  return JSON.stringify({
    statusCode: status,
    headers: Object.fromEntries(sent.map(([name, value]) => [name, { value }])),
  });
}
