import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { hostsIn, requestAim } from '../../../protocol/http/request-aim.ts';

/**
 * A listener behind a check of target and Host (RFC 9112 §3.2): Node passes both on as they came. The listener gets path and query in
 * `url` and the authority in the Host field, whichever form the target had; invalid ones are answered with 400.
 */
export function aimed(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): RequestListener {
  return (request, response) => {
    const { method = '', url = '', rawHeaders, headers } = request;
    const aim = requestAim(method, url, hostsIn(rawHeaders));
    if (aim === undefined) {
      response.writeHead(400, { 'content-type': 'text/plain', connection: 'close' });
      response.end('Invalid request target or Host header.\n');
      return;
    }
    request.url = aim.target;
    if (aim.host !== undefined && aim.host !== headers.host) {
      headers.host = aim.host;
      const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
      rawHeaders[at + 1] = aim.host;
    }
    listener(request, response);
  };
}
