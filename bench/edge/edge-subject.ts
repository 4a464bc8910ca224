import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { edgeCodec } from '../../lib/config/programs/edge.ts';
import { base36Ms, signToken } from '../../lib/edge/policy/access/playback-token.ts';
import {
  formatSigningKeys,
  longestSessionMs,
  newSigningKey,
  rotatedKeys,
} from '../../lib/edge/policy/access/signing-keys.ts';
import { type ChildProgram, startProgram } from '../child-program.ts';

/** A cache under test. */
export interface EdgeSubject {
  readonly name: string;
  /** Starts it, empty, in front of an origin on this port of 127.0.0.1. */
  start(originPort: number): Promise<RunningEdge>;
  /** What viewers request for an object's path. @default the path */
  pathOf?(path: string): string;
}

export interface RunningEdge {
  readonly port: number;
  /** Its children count, too. */
  readonly pid: number;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

export const headwaterEdge: EdgeSubject = {
  name: 'Headwater edge',
  start: (originPort) => startHeadwater(originPort, { role: 'edge' }),
};

/** The same edge, whose viewers ask for parts of segments before they are there. */
export const partsEdge: EdgeSubject = {
  ...headwaterEdge,
  name: 'Headwater edge, parts',
  pathOf: (path) => path.replace(/\.m4s$/, '.0-1-1.m4s'),
};

/** The same program as a shield, which checks no playback tokens: what the check costs public streams. */
export const uncheckedEdge: EdgeSubject = {
  name: 'Headwater without the playback check',
  start: (originPort) => startHeadwater(originPort, { role: 'shield' }),
};

/** The same edge, whose viewers have links to a signed stream. */
export function signedEdge(): EdgeSubject {
  const key = newSigningKey();
  const nowMs = Date.now();
  const claims = { session: `${base36Ms(nowMs + longestSessionMs)}benchbench00`, issuedMs: nowMs };
  const token = signToken('local/bench', claims, key);
  return {
    name: 'Headwater edge, signed stream',
    pathOf: (path) => path.replace('/local/', `/local/~${token}/`),
    async start(originPort) {
      const dir = await mkdtemp(join(tmpdir(), 'headwater-bench-'));
      const [denials, keys] = [join(dir, 'rules.json'), join(dir, 'keys')];
      await writeFile(denials, '{"denied": [], "playback": {"local/bench": "signed"}}');
      await writeFile(keys, formatSigningKeys(rotatedKeys([], key, nowMs)), { mode: 0o600 });
      const edge = await startHeadwater(originPort, { role: 'edge', denials, playbackKeys: `file:${keys}` });
      return { ...edge, stop: () => edge.stop().then(() => rm(dir, { recursive: true, force: true })) };
    },
  };
}

async function startHeadwater(
  originPort: number,
  settings: { role: 'edge' | 'shield'; denials?: string; playbackKeys?: `file:${string}` },
): Promise<RunningEdge> {
  const [port = 0] = await freePorts(1);
  const env = edgeCodec.encode({ host, port, upstreamUrl: `http://${host}:${originPort}`, ...settings });
  const program = await startProgram(
    [process.execPath, '--disable-warning=ExperimentalWarning', 'bin/edge.ts'],
    { port, env, cwd: join(import.meta.dirname, '..', '..') },
  );
  return { port, pid: program.pid, stop: program.stop };
}

/** nginx as configured against herds: one fill per key at a time; one worker, as our edge has one process. */
export function nginxCache(version: string): EdgeSubject {
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const config = (port: number, originPort: number, dir: string) => `
daemon off;
${user}
worker_processes 1;
worker_rlimit_nofile 16384;
error_log stderr crit;
pid ${dir}/nginx.pid;
events { worker_connections 8192; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  proxy_cache_path ${dir}/cache keys_zone=live:10m max_size=1g;
  proxy_temp_path ${dir}/proxy;
  client_body_temp_path ${dir}/body;
  fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi;
  scgi_temp_path ${dir}/scgi;
  upstream origin { server ${host}:${originPort}; keepalive 64; }
  server {
    listen ${host}:${port} backlog=4096;
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache live;
      proxy_cache_key $uri;
      proxy_cache_lock on;
      proxy_cache_lock_timeout 30s;
      proxy_cache_lock_age 30s;
    }
  }
}
`;
  return peer(`nginx ${version}, proxy_cache_lock`, config, (file, dir) => ['nginx', '-p', dir, '-c', file]);
}

/** Varnish with its defaults, which coalesce. */
export function varnish(version: string): EdgeSubject {
  const config = (_port: number, originPort: number) => `
vcl 4.1;
backend default { .host = "${host}"; .port = "${originPort}"; }
`;
  return peer(`Varnish ${version}`, config, (file, dir, port) => [
    'varnishd',
    '-F',
    ...['-j', 'none', '-n', join(dir, 'work'), '-f', file, '-s', 'malloc,256m'],
    ...['-a', `${host}:${port}`, '-p', 'listen_depth=4096'],
  ]);
}

/** A peer: one process tree with a configuration file in its own folder. */
function peer(
  name: string,
  config: (port: number, originPort: number, dir: string) => string,
  argv: (file: string, dir: string, port: number) => string[],
): EdgeSubject {
  return {
    name,
    async start(originPort) {
      const [port = 0] = await freePorts(1);
      const dir = await mkdtemp(join(tmpdir(), 'headwater-bench-'));
      const remove = () => rm(dir, { recursive: true, force: true });
      const file = join(dir, 'peer.conf');
      await writeFile(file, config(port, originPort, dir));
      let program: ChildProgram;
      try {
        program = await startProgram(argv(file, dir, port), { port });
      } catch (fault) {
        await remove();
        throw fault;
      }
      return { port, pid: program.pid, stop: () => program.stop().then(remove) };
    },
  };
}
