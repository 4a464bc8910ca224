/** Ports that broadcasters connect to, at the accelerator and at the balancer behind it. */
export const publicPorts = {
  /** RTMPS. Even networks that block everything else allow this port. */
  tls: 443,
  /** For SRT. The proxies don't support it yet; the port is reserved so that addresses and stacks need not change for it. */
  srt: 9000,
  /** RTMP without TLS, only if the deployment enables it. */
  rtmp: 1935,
} as const;

/**
 * Ports that streams may be pushed to: the standard RTMP and RTMPS ports, and those that large services use instead. Proxies
 * connect to addresses given by users, so nothing else is open: nobody should be able to scan hosts or send mail from here.
 */
export const simulcastPorts = [80, 443, 1935, 1936, 2935, 2936] as const;

/** Ports that the programs listen on, inside the cell. */
export const cellPorts = {
  rtmp: 1935,
  rtmps: 1936,
  relay: 1940,
  /** Workers: what they have in memory, for live origins. */
  media: 1950,
  /** Live origins, behind their balancer. */
  live: 8090,
  health: 8080,
  srt: 9000,
} as const;

/** The balancer in front of live origins, which only CloudFront reaches. */
export const liveOriginPort = 80;
