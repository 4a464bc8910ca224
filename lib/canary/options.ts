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
  if (faults.length > 0) throw new UsageError(faults);
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
