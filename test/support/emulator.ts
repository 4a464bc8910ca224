import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** An emulator of AWS in a process of its own: it begins empty, and forgets everything at its end. */
export interface AwsEmulator {
  /** For example `http://127.0.0.1:40681`. */
  readonly endpoint: string;
  /** What SDK clients in this process are made with. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** The same for programs that are started, as environment variables of the SDK. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

const region = 'eu-central-1';
/** The emulator takes any; these are nobody's. */
const credentials = { accessKeyId: 'emulator', secretAccessKey: 'emulator' };

/** Starts the emulator on a free port of loopback; resolves when it listens. */
export async function startEmulator(): Promise<AwsEmulator> {
  const program = join(root, '.venv', 'bin', 'moto_server');
  if (!existsSync(program)) throw new Error(`${program} is missing: run \`node scripts/python-tools.mjs\`.`);
  const child = spawn(program, ['--host', '127.0.0.1', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONUNBUFFERED: '1' },
  });
  const exited = once(child, 'exit');
  const endpoint = await new Promise<string>((resolve, reject) => {
    let said = '';
    // It goes on reading after the address came: the emulator writes a line for each request.
    const read = (text: string) => {
      if (said.length < 65_536) said += text;
      const address = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (address) resolve(address);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', read);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The emulator of AWS ended: ${said}`)));
  });
  return {
    endpoint,
    client: { endpoint, region, credentials },
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
