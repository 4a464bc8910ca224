import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** An AWS emulator in its own process: starts empty and keeps nothing when it stops. */
export interface AwsEmulator {
  /** For example `http://127.0.0.1:40681`. */
  readonly endpoint: string;
  /** Settings for SDK clients in this process. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** The same for child programs, as SDK environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves when the process has exited. */
  stop(): Promise<void>;
}

const region = 'eu-central-1';
/** Placeholders: the emulator accepts any credentials. */
const credentials = { accessKeyId: 'emulator', secretAccessKey: 'emulator' };

/** Starts the emulator on a free loopback port; resolves when it is listening. It exits together with this process. */
export async function startEmulator(): Promise<AwsEmulator> {
  const python = join(root, '.venv', 'bin', 'python');
  if (!existsSync(python)) throw new Error(`${python} is missing: run \`node scripts/python-tools.mjs\`.`);
  const child = spawn(python, [join(import.meta.dirname, 'emulator.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  const exited = once(child, 'exit');
  const port = await Promise.race([
    once(child.stdout, 'data').then(([line]) => Number(line)),
    exited.then(([code]) => Promise.reject(new Error(`The AWS emulator exited with code ${code}.`))),
  ]);
  const endpoint = `http://127.0.0.1:${port}`;
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
      child.stdin.end();
      await exited;
    },
  };
}
