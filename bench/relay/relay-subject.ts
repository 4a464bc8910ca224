import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { scratchFolder } from '../../testkit/cleanup.ts';
import { type ChildProgram, startProgram } from '../child-program.ts';
import type { LoadTarget } from './load-publisher.ts';
import type { SinkKind } from './relay-sink.ts';

/** A relay under test. */
export interface RelaySubject {
  readonly name: string;
  readonly sinkKind: SinkKind;
  /** Starts it, relaying to a sink on this port of 127.0.0.1. */
  start(sinkPort: number, publishers: number): Promise<RunningRelay>;
}

export interface RunningRelay {
  /** Where each publisher connects. */
  readonly targets: LoadTarget[];
  /** Pids of its processes; their children count, too. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/** The load with nothing in between: what the generator, the sink and the machine's scheduler add on their own. */
export const noRelay: RelaySubject = {
  name: 'no relay',
  sinkKind: 'rtmp',
  start: async (sinkPort, publishers) => ({
    targets: targets(sinkPort, publishers),
    pids: [],
    stop: async () => {},
  }),
};

/** HAProxy as used for relaying TCP: its defaults, one thread like our proxy. */
export function haproxy(version: string): RelaySubject {
  const config = (port: number, sinkPort: number) => `
global
  nbthread 1
  maxconn 4096
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen ingest
  bind ${host}:${port}
  server sink ${host}:${sinkPort}
`;
  return peer(`HAProxy ${version}, TCP mode`, config, (file) => ['haproxy', '-db', '-f', file]);
}

/** nginx with libnginx-mod-rtmp, which parses RTMP and pushes it on. */
export function nginxRtmp(version: string): RelaySubject {
  const config = (port: number, sinkPort: number) => `
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off;
worker_processes 1;
error_log stderr warn;
pid nginx.pid;
events { worker_connections 4096; }
rtmp {
  server {
    listen ${host}:${port};
    chunk_size 4096;
    application live {
      live on;
      push rtmp://${host}:${sinkPort}/live;
    }
  }
}
`;
  return peer(`nginx-rtmp ${version}, push`, config, (file, dir) => ['nginx', '-p', dir, '-c', file]);
}

/** A peer: one process tree with a configuration file in its own folder. */
function peer(
  name: string,
  config: (port: number, sinkPort: number) => string,
  argv: (file: string, dir: string) => string[],
): RelaySubject {
  return {
    name,
    sinkKind: 'rtmp',
    async start(sinkPort, publishers) {
      const [port = 0] = await freePorts(1);
      const { path: dir, remove } = await scratchFolder();
      const file = join(dir, 'peer.conf');
      await writeFile(file, config(port, sinkPort));
      let program: ChildProgram;
      try {
        program = await startProgram(argv(file, dir), { port });
      } catch (fault) {
        await remove();
        throw fault;
      }
      return {
        targets: targets(port, publishers),
        pids: [program.pid],
        async stop() {
          await program.stop();
          await remove();
        },
      };
    },
  };
}

function targets(port: number, publishers: number): LoadTarget[] {
  return Array.from({ length: publishers }, (_, index) => ({ host, port, key: `bench-${index}` }));
}
