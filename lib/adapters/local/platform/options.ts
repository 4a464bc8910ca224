import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { readFlags, UsageError } from '../../../config/command-line.ts';
import { eventBusLocation } from '../../../config/locations.ts';

/** The options of `npm run live`. */
export interface LiveOptions {
  /** First port of the block; 0 picks any free ports. */
  readonly portBase: number;
  readonly dataDir: string;
  /** The address that page, API, edge and ingest listen on. */
  readonly host: string;
  /** What other devices call this machine, if the system can't know. */
  readonly publicHost: string | undefined;
  readonly workers: number;
  readonly proxies: number;
  readonly demo: boolean;
  readonly json: boolean;
  /** Restart processes whose sources change, and reload the page's tabs. */
  readonly watch: boolean;
  /** The process that a debugger can attach to. */
  readonly inspect: string | undefined;
  /** Keep everything at this AWS endpoint instead of in the data folder. */
  readonly awsEndpoint: string | undefined;
  /** Where stream events are posted, and the file with the signing secret. @default the secret file in the data folder */
  readonly webhook: { readonly url: string; readonly secretFile: string | undefined } | undefined;
  /** Non-public networks (CIDR) that streams may be pushed to. */
  readonly allowPush: readonly string[];
  /** Web origins that may use the API from a browser, beside the page. */
  readonly allowOrigin: readonly string[];
  /** Only make a new key for playback links. */
  readonly rotatePlaybackKeys: boolean;
  readonly help: boolean;
}

export const defaultPortBase = 8440;

/** Parses the flags; throws `UsageError` naming every fault. Relative folders are resolved against `cwd`. */
export function parseLiveOptions(args: readonly string[], cwd: string): LiveOptions {
  const values = flagsIn(args);
  const faults: string[] = [];
  const integer = (flag: string, text: string, min: number, max: number): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || text.trim() === '' || value < min || value > max) {
      faults.push(`--${flag} must be a whole number from ${min} to ${max}, not '${text}'`);
    }
    return value;
  };
  const options: LiveOptions = {
    portBase: integer('port-base', values['port-base'], 0, 65_000),
    dataDir: resolve(cwd, values['data-dir']),
    host: values.host === 'localhost' ? '127.0.0.1' : values.host,
    publicHost: values['public-host'],
    workers: integer('workers', values.workers, 1, 8),
    proxies: integer('proxies', values.proxies, 1, 8),
    demo: values.demo,
    json: values.json,
    watch: values.watch,
    inspect: values.inspect,
    awsEndpoint: values['aws-endpoint'],
    webhook: webhookOf(values, cwd, faults),
    allowPush: networksOf(values['allow-push'], faults),
    allowOrigin: originsOf(values['allow-origin'], faults),
    rotatePlaybackKeys: values['rotate-playback-keys'],
    help: values.help,
  };
  if (options.awsEndpoint !== undefined && !/^http:\/\/[^/\s]+\/?$/.test(options.awsEndpoint)) {
    faults.push(`--aws-endpoint must be a URL such as http://127.0.0.1:5000, not '${options.awsEndpoint}'`);
  }
  // A shell makes that of a variable which isn't set; it would be the folder where the command runs.
  if (values['data-dir'].trim() === '')
    faults.push(`--data-dir must be a folder, not '${values['data-dir']}'`);
  if (isIP(options.host) === 0)
    faults.push(
      `--host must be an address of this machine, or 0.0.0.0 for all of them, not '${values.host}'`,
    );
  if (options.publicHost !== undefined && !isName(options.publicHost))
    faults.push(`--public-host must be a name or an address without a port, not '${options.publicHost}'`);
  if (options.portBase > 0 && options.portBase < 1024)
    faults.push('--port-base must be 0, or 1024 or higher');
  if (faults.length > 0) throw new UsageError(faults);
  return options;
}

const isName = (text: string): boolean =>
  isIP(text) !== 0 || /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i.test(text);

function webhookOf(
  { webhook: url, 'webhook-secret-file': file }: ReturnType<typeof flagsIn>,
  cwd: string,
  faults: string[],
): LiveOptions['webhook'] {
  if (url === undefined) {
    if (file !== undefined) faults.push('--webhook-secret-file requires --webhook');
    return undefined;
  }
  if (!eventBusLocation.safeParse(`webhook:${url}`).success) {
    faults.push(`--webhook must be a URL such as https://example.com/hook, not '${url}'`);
  }
  return { url, secretFile: file === undefined ? undefined : resolve(cwd, file) };
}

function networksOf(text: string | undefined, faults: string[]): string[] {
  const networks = text === undefined ? [] : text.split(',');
  for (const network of networks) {
    const [, address = '', bits] = /^([^/]+)\/(\d{1,3})$/.exec(network) ?? [];
    const most = { 4: 32, 6: 128 }[isIP(address)];
    if (most === undefined || Number(bits) > most) {
      faults.push(`--allow-push must list networks such as 127.0.0.0/8, not '${network}'`);
    }
  }
  return networks;
}

function originsOf(text: string | undefined, faults: string[]): string[] {
  const origins = text === undefined ? [] : text.split(',');
  for (const origin of origins) {
    if (/^https?:\/\//.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin) continue;
    faults.push(`--allow-origin must list origins such as https://studio.example.com, not '${origin}'`);
  }
  return origins;
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    options: {
      'port-base': { type: 'string', default: String(defaultPortBase) },
      'data-dir': { type: 'string', default: '.headwater' },
      host: { type: 'string', default: '127.0.0.1' },
      'public-host': { type: 'string' },
      workers: { type: 'string', default: '2' },
      proxies: { type: 'string', default: '2' },
      demo: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      watch: { type: 'boolean', default: false },
      inspect: { type: 'string' },
      'aws-endpoint': { type: 'string' },
      webhook: { type: 'string' },
      'webhook-secret-file': { type: 'string' },
      'allow-push': { type: 'string' },
      'allow-origin': { type: 'string' },
      'rotate-playback-keys': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }).values;
