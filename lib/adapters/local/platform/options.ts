import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { eventBusLocation } from '../../../config/locations.ts';

/** What `npm run live` was asked for. */
export interface LiveOptions {
  /** First port of the block; 0 takes free ports from the system. */
  readonly portBase: number;
  readonly dataDir: string;
  readonly workers: number;
  readonly proxies: number;
  readonly demo: boolean;
  readonly json: boolean;
  /** Whether a change of the sources restarts the processes that run them, and reloads the page's tabs. */
  readonly watch: boolean;
  /** The process whose code a debugger may attach to. */
  readonly inspect: string | undefined;
  /** Everything is kept at this AWS endpoint instead of in the data folder. */
  readonly awsEndpoint: string | undefined;
  /** Where each event of a stream is posted to, and with what it is signed; the file in the data folder unless told. */
  readonly webhook: { readonly url: string; readonly secretFile: string | undefined } | undefined;
  /** Networks (CIDR) that streams may be pushed to although they are not public. */
  readonly allowPush: readonly string[];
  readonly help: boolean;
}

/** The command line has faults; `faults` has a line for each. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'BAD_USAGE';
  readonly mend = 'npm run live -- --help lists the flags.';
}

export const defaultPortBase = 8440;

export const helpText = `npm run live -- [flags]      the whole platform on this machine

  --demo            also broadcast a test picture with a running clock and a beep
  --port-base N     first of a block of ports, all on 127.0.0.1 (default ${defaultPortBase}; 0: any free ports)
  --data-dir DIR    where streams, keys and recordings are kept (default .headwater)
  --workers N       encoder workers, 1 to 8 (default 2)
  --proxies N       ingest proxies, 1 to 8 (default 2)
  --aws-endpoint URL
                    keep objects in S3, records in DynamoDB and secrets in Secrets Manager of an emulator of AWS,
                    for example of moto_server, and tell its EventBridge of streams (what is missing there is made)
  --webhook URL     post each event of a stream to this address, signed as Standard Webhooks says
  --webhook-secret-file FILE
                    what to sign with, whsec_… (default webhook-secret in the data folder, which is made)
  --allow-push CIDR[,CIDR]
                    let streams be sent to servers in these networks too, for example 127.0.0.0/8; else only to
                    public addresses
  --watch           when a source file changes, restart the processes that run it, one after another, and reload
                    the page's tabs
  --inspect NAME    let a debugger attach to a process, for example encoder-1, at 127.0.0.1:9229
  --json            one JSON event a line on stdout, the first is "ready"  (npm run -s live -- --json)
  --help            this text

Ctrl-C stops everything.
`;

/** Reads the flags; throws `UsageError` naming every fault. Relative folders count from `cwd`. */
export function parseLiveOptions(args: readonly string[], cwd: string): LiveOptions {
  const values = readFlags(args);
  const faults: string[] = [];
  const integer = (flag: string, text: string, min: number, max: number): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || text.trim() === '' || value < min || value > max) {
      faults.push(`--${flag} takes a whole number from ${min} to ${max}, not '${text}'`);
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
    help: values.help,
  };
  if (options.awsEndpoint !== undefined && !/^http:\/\/[^/\s]+\/?$/.test(options.awsEndpoint)) {
    faults.push(
      `--aws-endpoint takes an address such as http://127.0.0.1:5000, not '${options.awsEndpoint}'`,
    );
  }
  if (options.portBase > 0 && options.portBase < 1024) faults.push('--port-base is 0, or 1024 and above');
  if (faults.length > 0) throw new UsageError(faults.join('; '));
  return options;
}

function webhookOf(
  { webhook: url, 'webhook-secret-file': file }: ReturnType<typeof readFlags>,
  cwd: string,
  faults: string[],
): LiveOptions['webhook'] {
  if (url === undefined) {
    if (file !== undefined) faults.push('--webhook-secret-file goes with --webhook');
    return undefined;
  }
  if (!eventBusLocation.safeParse(`webhook:${url}`).success) {
    faults.push(`--webhook takes an address such as https://example.com/hook, not '${url}'`);
  }
  return { url, secretFile: file === undefined ? undefined : resolve(cwd, file) };
}

function networksOf(text: string | undefined, faults: string[]): string[] {
  const networks = text === undefined ? [] : text.split(',');
  for (const network of networks) {
    const [, address = '', bits] = /^([^/]+)\/(\d{1,3})$/.exec(network) ?? [];
    const most = { 4: 32, 6: 128 }[isIP(address)];
    if (most === undefined || Number(bits) > most) {
      faults.push(`--allow-push takes networks such as 127.0.0.0/8, not '${network}'`);
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
        help: { type: 'boolean', default: false, short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
