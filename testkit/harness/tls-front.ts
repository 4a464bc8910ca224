import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { freePorts } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Debian's stunnel in front of a server without TLS, with a certificate for `localhost`. */
export class TlsFront {
  readonly port: number;
  /** The certificate's issuer, PEM. */
  readonly authority: string;
  readonly #process: ChildProcess;
  readonly #remove: () => Promise<void>;

  private constructor(port: number, authority: string, started: ChildProcess, remove: () => Promise<void>) {
    this.port = port;
    this.authority = authority;
    this.#process = started;
    this.#remove = remove;
  }

  static async to(target: number): Promise<TlsFront> {
    const { path, remove } = await temporaryFolder();
    const [port = 0] = await freePorts(1);
    const authority = await generate([{ name: 'commonName', value: 'An authority for tests' }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, critical: true },
      ],
    });
    const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      ca: { key: authority.private, cert: authority.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
    const pem = join(path, 'front.pem');
    await writeFile(pem, `${leaf.private}\n${leaf.cert}\n${authority.cert}`);
    const settings = `foreground = yes\npid =\n[rtmps]\naccept = 127.0.0.1:${port}\nconnect = 127.0.0.1:${target}\ncert = ${pem}\n`;
    await writeFile(join(path, 'stunnel.conf'), settings);
    const started = spawn('stunnel4', [join(path, 'stunnel.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    for await (const bytes of started.stderr) {
      said += String(bytes);
      if (said.includes('Configuration successful')) break;
    }
    if (!said.includes('Configuration successful')) throw new Error(said);
    return new TlsFront(port, authority.cert, started, remove);
  }

  get url(): string {
    return `rtmps://localhost:${this.port}/live`;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit');
    await this.#remove();
  }
}
