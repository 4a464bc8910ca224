// The pop on one machine: a TCP balancer in front of the ingest proxies, like the Network Load Balancer on AWS.

import { probeHealth } from '../lib/adapters/node/http/health-check.ts';
import { serveHealth } from '../lib/adapters/node/http/health-server.ts';
import { dialTcp } from '../lib/adapters/node/net/dial.ts';
import { listen } from '../lib/adapters/node/net/listener.ts';
import { runProgram } from '../lib/adapters/node/program.ts';
import { popCodec } from '../lib/config/programs/pop.ts';
import { Balancer } from '../lib/pop/balancer.ts';
import { encodeProxyHeader } from '../lib/protocol/relay/proxy-header.ts';

await runProgram({
  codec: popCodec,
  role: 'pop',
  async start({ host, rtmpPort, rtmpsPort, healthHost, healthPort, targets, ...config }, emit) {
    const { proxyProtocol, maxConnections } = config;
    const balancer = new Balancer({
      targets,
      dial: dialTcp,
      probe: probeHealth,
      emit,
      preamble:
        proxyProtocol === 'off'
          ? undefined
          : ({ remote, local }) =>
              encodeProxyHeader({
                command: 'proxy',
                addresses: {
                  source: { address: remote.host, port: remote.port },
                  destination: { address: local.host, port: local.port },
                },
                tlvs: [],
              }),
    });
    await balancer.start();
    const open = (kind: 'rtmp' | 'rtmps', port: number) =>
      listen(
        { host, port, maxConnections, handshakeTimeoutMs: 5_000 },
        {
          connected: (client) => void balancer.carry(client, kind),
          refused: (remote) => emit('pop.client.refused', { client: remote.host, kind }),
        },
      );
    const rtmp = await open('rtmp', rtmpPort);
    const rtmps = await open('rtmps', rtmpsPort);
    const health = await serveHealth({ host: healthHost, port: healthPort }, () => balancer.anyHealthy);
    return {
      port: rtmp.port,
      async stop() {
        rtmp.close();
        rtmps.close();
        health.close();
        balancer.stop();
      },
    };
  },
});
