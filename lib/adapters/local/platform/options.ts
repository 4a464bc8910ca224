import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { eventBusLocation } from '../../../config/locations.ts';

/** The options of `npm run live`. */
export interface LiveOptions {
  /** First port of the block; 0 picks any free ports. */
  readonly portBase: number;
  readonly dataDir: string;
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
  /** Only make a new key for playback links. */
  readonly rotatePlaybackKeys: boolean;
  readonly help: boolean;
}

/** The command line is invalid; the message names every fault. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'BAD_USAGE';
  readonly mend = 'Run npm run live -- --help for a list of flags.';

  constructor(faults: string, options?: ErrorOptions) {
    super(`${faults.replace(/\.$/, '')}.`, options);
  }
}

export const defaultPortBase = 8440;

export const helpText = `npm run live -- [flags]      run the whole platform on this machine

  --demo            also broadcast a test picture with a running clock and a beep
  --port-base N     first port of the block, all on 127.0.0.1 (default ${defaultPortBase}; 0: any free ports)
  --data-dir DIR    folder for streams, keys and recordings (default .headwater)
  --workers N       encoder workers, 1 to 8 (default 2)
  --proxies N       ingest proxies, 1 to 8 (default 2)
  --aws-endpoint URL
                    use an AWS emulator such as moto_server: objects in S3, records in DynamoDB, secrets in
                    Secrets Manager, stream events to EventBridge (missing resources are created)
  --webhook URL     post every stream event to this URL, signed according to Standard Webhooks
  --webhook-secret-file FILE
                    signing secret, whsec_… (default: webhook-secret in the data folder, created if missing)
  --allow-push CIDR[,CIDR]
                    also allow pushing streams to servers in these networks, for example 127.0.0.0/8 (default:
                    public addresses only)
  --watch           restart processes whose sources change, one after another, and reload the page's tabs
  --inspect NAME    let a debugger attach to a process, for example encoder-1, at 127.0.0.1:9229
  --rotate-playback-keys
                    make a new key for playback links in the data folder and exit; a running platform takes it over,
                    links stay valid. Twice invalidates every link
  --json            print one JSON event per line on stdout, starting with "ready" (npm run -s live -- --json)
  --help            show this help

Ctrl-C stops everything.
`;

/** Parses the flags; throws `UsageError` naming every fault. Relative folders are resolved against `cwd`. */
export function parseLiveOptions(args: readonly string[], cwd: string): LiveOptions {
  const values = readFlags(args);
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
    workers: integer('workers', values.workers, 1, 8),
    proxies: integer('proxies', values.proxies, 1, 8),
    demo: values.demo,
    json: values.json,
    watch: values.watch,
    inspect: values.inspect,
    awsEndpoint: values['aws-endpoint'],
    webhook: webhookOf(values, cwd, faults),
    allowPush: networksOf(values['allow-push'], faults),
    rotatePlaybackKeys: values['rotate-playback-keys'],
    help: values.help,
  };
  if (options.awsEndpoint !== undefined && !/^http:\/\/[^/\s]+\/?$/.test(options.awsEndpoint)) {
    faults.push(`--aws-endpoint must be a URL such as http://127.0.0.1:5000, not '${options.awsEndpoint}'`);
  }
  if (options.portBase > 0 && options.portBase < 1024)
    faults.push('--port-base must be 0, or 1024 or higher');
  if (faults.length > 0) throw new UsageError(faults.join('; '));
  return options;
}

function webhookOf(
  { webhook: url, 'webhook-secret-file': file }: ReturnType<typeof readFlags>,
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

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'port-base': { type: 'string', default: String(defaultPortBase) },
        'data-dir': { type: 'string', default: '.headwater' },
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
        'rotate-playback-keys': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
