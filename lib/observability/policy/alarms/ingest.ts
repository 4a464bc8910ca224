import { type AlarmRow, silence } from '../alarm-definition.ts';

/** From broadcasters to workers: the proxies, whom they serve, what they need for it. */
export const ingestAlarms = {
  NoHealthyProxies: {
    title: 'No healthy proxies',
    means: 'Broadcasters cannot connect to this region, and those on air were disconnected.',
    reads: { aws: 'HealthyProxies' },
    bad: ['<', 1],
    periodSeconds: 60,
    periods: [2, 2],
    missing: 'bad',
    because:
      'Two minutes is longer than the balancer needs to notice a new task. It reports the count every minute as long as it has targets, so no data means no targets.',
  },
  UnhealthyProxies: {
    title: 'Proxy unhealthy for 15 minutes',
    means: 'A proxy is failing its health checks and has not been replaced by a healthy one.',
    reads: { aws: 'UnhealthyProxies' },
    bad: ['>=', 1],
    periodSeconds: 60,
    periods: [15, 15],
    missing: 'good',
    because:
      'A deploy or a task replacement causes a few unhealthy minutes; a quarter of an hour is neither.',
  },
  ConnectionsCrowdedOut: {
    title: 'Proxies crowded with unknown connections',
    means:
      'Somebody holds so many connections without a valid key that proxies close the oldest ones. Broadcasters still get in; those behind the same address may need several tries.',
    reads: { metric: 'ConnectionsCrowdedOut' },
    bad: ['>=', 100],
    periodSeconds: 60,
    periods: [3, 5],
    missing: 'good',
    because: `A large office that reconnects at once may exceed its share for a moment; hundreds a minute, repeatedly, are a flood. ${silence}`,
  },
  PublishersUnserved: {
    title: 'Publishers rejected by the platform',
    means:
      'Broadcasters are being rejected although their keys may be valid: no worker, a full proxy or no control store.',
    reads: { metric: 'PublishersUnserved' },
    bad: ['>=', 1],
    periodSeconds: 60,
    periods: [2, 5],
    missing: 'good',
    because: `Broadcasting software retries: a single rejection may recover, but rejections in two separate minutes did not. ${silence}`,
  },
  PublishersDropped: {
    title: 'Publishers on air disconnected',
    means: 'A broadcast lost its worker and no other worker took it over in time.',
    reads: { metric: 'PublishersDropped' },
    bad: ['>=', 1],
    periodSeconds: 60,
    periods: [1, 1],
    missing: 'good',
    because: `Preventing this is the whole point of the platform. ${silence}`,
  },
  WorkersLost: {
    title: 'Workers keep dying',
    means: 'Publishers are being moved because their workers died. Viewers may not have noticed yet.',
    reads: { metric: 'WorkersLost' },
    bad: ['>=', 1],
    periodSeconds: 300,
    periods: [3, 6],
    missing: 'good',
    because: `A single dead worker needs no human; losses in three five-minute periods within half an hour have a cause. ${silence}`,
  },
  RelayLinksRefused: {
    title: 'Relay links refused by workers',
    means:
      'Something inside the network that is not one of our proxies connects to workers, or proxies and workers have no relay key in common.',
    reads: { metric: 'RelayLinksRefused' },
    bad: ['>=', 1],
    periodSeconds: 300,
    periods: [2, 3],
    missing: 'good',
    because: `Only proxies can reach the port, so a single refusal deserves a look; a proxy that is killed while it connects causes one. ${silence}`,
  },
  RelayKeysRejected: {
    title: 'New relay keys rejected',
    means:
      'Proxies or workers cannot load the rotated relay keys. They keep the old ones, and after the next rotation they will have none in common.',
    reads: { metric: 'RelayKeysRejected' },
    bad: ['>=', 1],
    periodSeconds: 300,
    periods: [1, 1],
    missing: 'good',
    because: `It is reported once for each change of the secret, so it does not repeat by itself. ${silence}`,
  },
  CertificateRejected: {
    title: 'New certificate rejected',
    means: 'Proxies cannot load the new certificate. They keep serving the old one until it expires.',
    reads: { metric: 'CertificateRejected' },
    bad: ['>=', 1],
    periodSeconds: 300,
    periods: [2, 2],
    missing: 'good',
    because: `Proxies check every minute and report it every time; ten minutes allow for a secret that is fixed right away. ${silence}`,
  },
  CertificateExpiring: {
    title: 'Ingest certificate about to expire',
    means: 'In less than three weeks, broadcasting software will refuse to connect.',
    reads: { metric: 'CertificateDaysLeft' },
    bad: ['<', 21],
    periodSeconds: 3600,
    periods: [1, 1],
    missing: 'good',
    because:
      'ACM renews at least 45 days before expiry, so three weeks left means that renewal or export failed, with time to fix it. No data means no proxies, which has its own alarm.',
  },
  IngestHeadroom: {
    title: 'Proxies nearly full',
    means: 'Headroom is below the capacity of one proxy: if one dies, its broadcasters have nowhere to go.',
    reads: { metric: 'FleetHeadroomStreams', fleet: 'ingest' },
    bad: ['<', 'proxySessions'],
    periodSeconds: 60,
    periods: [5, 5],
    missing: 'bad',
    because:
      'Scaling out takes three to four minutes. Headroom is measured every minute, so no data means that measuring has stopped.',
  },
} as const satisfies Readonly<Record<string, AlarmRow>>;
