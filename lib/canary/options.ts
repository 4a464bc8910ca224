import { readFlags, UsageError } from '../config/command-line.ts';
import { regionPattern } from '../config/region.ts';

export interface CanaryOptions {
  /** Base URL of the control API, without a trailing slash. */
  readonly api: string;
  readonly region?: string;
  readonly seconds: number;
  readonly size: string;
  readonly json: boolean;
  /** A file that holds the API token. */
  readonly tokenFile?: string;
  readonly help: boolean;
}

export const helpText = `npm run canary -- --api URL [flags]   broadcasts for a minute, plays what viewers play, and judges it

  --api URL          the control API: ApiUrl of a region's stack, or the API address of npm run live
  --region R         the region that the API must be of; with IAM and a domain of your own, also the one to sign for
  --seconds N        how long to broadcast, 10 to 600 (default 60)
  --size WxH         the picture to send (default 1280x720); renditions above it aren't made, so not checked
  --token-file FILE  a file with the API token, for deployments with api.jwt
  --json             print one JSON document
  --help             show this text

Credentials: the token in HEADWATER_API_TOKEN or --token-file; without one, an API on this machine is called without credentials,
and any other with an IAM signature (environment, AWS_PROFILE, task role). It creates a stream of its own, and deletes it and
its recording, also when it fails or is interrupted.
Exit code: 0 if everything is right, 1 if something is wrong, 2 if it can't run (flags, credentials, no API).
`;

const defaults = { seconds: '60', size: '1280x720' } as const;

/** Parses the flags. Throws `UsageError`. */
export function parseCanaryOptions(args: readonly string[]): CanaryOptions {
  const values = flagsIn(args);
  const { api = '', region, json, help, 'token-file': tokenFile } = values;
  const faults: string[] = [];
  const seconds = Number(values.seconds);
  if (!/^\d+$/.test(values.seconds) || seconds < 10 || seconds > 600)
    faults.push(`--seconds must be a whole number from 10 to 600; got '${values.seconds}'`);
  if (
    !/^[1-9]\d{1,3}x[1-9]\d{1,3}$/.test(values.size) ||
    values.size.split('x').some((side) => Number(side) % 2 !== 0)
  )
    faults.push(`--size must be two even numbers such as 1280x720; got '${values.size}'`);
  if (region !== undefined && !regionPattern.test(region))
    faults.push(`--region must be a region name such as local or eu-central-1; got '${region}'`);
  if (!help && api === '') faults.push('--api is missing');
  else if (!help && !isHttpUrl(api)) faults.push(`--api must be an http or https URL; got '${api}'`);
  if (faults.length > 0) throw new UsageError(faults.join('; '));
  return {
    api: api.replace(/\/+$/, ''),
    seconds,
    size: values.size,
    json,
    help,
    ...(region !== undefined && { region }),
    ...(tokenFile !== undefined && { tokenFile }),
  };
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    options: {
      api: { type: 'string' },
      region: { type: 'string' },
      seconds: { type: 'string', default: defaults.seconds },
      size: { type: 'string', default: defaults.size },
      'token-file': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }).values;
