/** What a request is for, whichever form its target has. */
export interface RequestAim {
  /** Path and query; `*` for the server as a whole; host and port for CONNECT. */
  readonly target: string;
  /** The authority; undefined if the client named none, which only HTTP/1.0 allows. */
  readonly host: string | undefined;
}

/** `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2). May be empty. */
const hostPattern = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::\d{0,5})?$/;
/** Scheme, authority, path and query; a target has no fragment. */
const absoluteForm = /^https?:\/\/([^/?#]*)([^#]*)$/i;
const authorityForm = /^(?:\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=%-]+):\d{1,5}$/;

/** Nearly all requests name the host of the one before. */
let lastHost = '';

function isHost(text: string): boolean {
  if (text === lastHost) return true;
  if (!hostPattern.test(text)) return false;
  lastHost = text;
  return true;
}

/**
 * Reads the request target and the Host fields together (RFC 9112 §3.2 and §3.3): an absolute target, which every server must accept,
 * overrides Host. Undefined if the request must be answered with 400: more than one Host, an invalid one, or a target of no form.
 */
export function requestAim(method: string, target: string, hosts: readonly string[]): RequestAim | undefined {
  const [host] = hosts;
  if (hosts.length > 1 || (host !== undefined && !isHost(host))) return undefined;
  if (method === 'CONNECT') return authorityForm.test(target) ? { target, host } : undefined;
  if (target.startsWith('/')) return target.includes('#') ? undefined : { target, host };
  if (target === '*') return method === 'OPTIONS' ? { target, host } : undefined;
  const [, authority = '', rest = ''] = absoluteForm.exec(target) ?? [];
  if (authority === '' || authority.startsWith(':') || !hostPattern.test(authority)) return undefined;
  if (rest === '' && method === 'OPTIONS') return { target: '*', host: authority };
  return { target: rest.startsWith('/') ? rest : `/${rest}`, host: authority };
}

/** The values of all Host fields in Node's flat list of raw headers. */
export const hostsIn = (rawHeaders: readonly string[]): string[] =>
  rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host');
