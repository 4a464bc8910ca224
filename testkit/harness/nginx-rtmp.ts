import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { FlvReader } from '../../lib/protocol/flv/reader.ts';
import type { FlvTag } from '../../lib/protocol/flv/tag.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Debian's nginx with its RTMP module: a real third-party server that records what it receives. */
export class NginxRtmp {
  readonly port: number;
  readonly #folder: string;
  readonly #remove: () => Promise<void>;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string, remove: () => Promise<void>) {
    this.port = port;
    this.#folder = folder;
    this.#remove = remove;
  }

  static async start(): Promise<NginxRtmp> {
    const { path, remove } = await temporaryFolder();
    const [port = 0] = await freePorts(1);
    const server = new NginxRtmp(port, path, remove);
    await writeFile(join(path, 'nginx.conf'), configuration(port, path));
    await server.up();
    return server;
  }

  get url(): string {
    return `rtmp://127.0.0.1:${this.port}/live`;
  }

  /** Starts or restarts it. */
  async up(): Promise<void> {
    const options = ['-p', this.#folder, '-c', join(this.#folder, 'nginx.conf')];
    this.#process = spawn('nginx', options, { stdio: ['ignore', 'ignore', 'ignore'] });
    for (;;) {
      if (this.#process.exitCode !== null) throw new Error(await this.log());
      const socket = connect(this.port, '127.0.0.1');
      const open = await Promise.race([
        once(socket, 'connect').then(
          () => true,
          () => false,
        ),
        once(this.#process, 'exit').then(() => false),
      ]);
      socket.destroy();
      if (open) return;
      await delay(20);
    }
  }

  async kill(): Promise<void> {
    const { exitCode, signalCode } = this.#process ?? {};
    if (this.#process === undefined || exitCode !== null || signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async log(): Promise<string> {
    return readFile(join(this.#folder, 'error.log'), 'utf8').catch(() => '');
  }

  /** One file per publish, oldest first, as far as written so far. */
  async recordings(): Promise<Buffer[]> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.flv')).sort();
    return Promise.all(names.map((name) => readFile(join(this.#folder, name))));
  }

  /** Resolves when `bytes` bytes have been recorded in total. */
  async recorded(bytes: number): Promise<void> {
    for (;;) {
      const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.flv'));
      const sizes = await Promise.all(names.map((name) => stat(join(this.#folder, name))));
      if (sizes.reduce((sum, { size }) => sum + size, 0) >= bytes) return;
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.#remove();
  }
}

/** The complete tags of a recording; the last one may be truncated and is then left out. */
export const flvTags = (recording: Buffer): FlvTag[] => new FlvReader().push(recording);

const configuration = (port: number, folder: string): string => `
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
user root;
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
events { worker_connections 64; }
rtmp {
  server {
    listen 127.0.0.1:${port};
    chunk_size 4096;
    ping 2s;
    ping_timeout 2s;
    application live {
      live on;
      record all;
      record_path ${folder};
      record_suffix -%s.flv;
      record_unique on;
    }
  }
}
`;
