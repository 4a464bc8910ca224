import { plainHead, preflight, type ResponseHead } from './response.ts';

/**
 * `/time` as a CloudFront Function (runtime 2.0): answers at the edge what the local edge answers, and no origin is
 * asked. Returns the function's source.
 */
export function timeFunctionCode(): string {
  return `'use strict';

var clock = ${literal(plainHead(200, 'text/plain; charset=utf-8', 0))};
var preflight = ${literal(preflight)};

function handler(event) {
  var method = event.request.method;
  if (method === 'OPTIONS') return preflight;
  if (method === 'HEAD') return clock;
  return Object.assign({}, clock, { body: new Date().toISOString() });
}
`;
}

/** A head as CloudFront Functions write it; the length is CloudFront's own to say. */
function literal({ status, headers }: ResponseHead): string {
  const said = Object.entries(headers).filter(([name]) => name !== 'content-length');
  return JSON.stringify({
    statusCode: status,
    headers: Object.fromEntries(said.map(([name, value]) => [name, { value }])),
  });
}
