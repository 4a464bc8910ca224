/** What broadcasters connect to, at the accelerator and at the balancer behind it. */
export const publicPorts = {
  /** RTMPS. Networks that let nothing else out let this out. */
  tls: 443,
  /** For SRT. The proxies don't speak it yet: the port is laid so that addresses and stacks need not change for it. */
  srt: 9000,
  /** RTMP without TLS, only where the deployment asks for it. */
  rtmp: 1935,
} as const;

/**
 * What streams are sent on to: RTMP and RTMPS by their own ports, and those that large services ask for instead. A proxy connects
 * to where a user says, so no more is open than serves that: nothing is to be scanned, or sent mail, from here.
 */
export const simulcastPorts = [80, 443, 1935, 1936, 2935, 2936] as const;

/** What the programs listen on, inside the cell. */
export const cellPorts = { rtmp: 1935, rtmps: 1936, relay: 1940, health: 8080, srt: 9000 } as const;
