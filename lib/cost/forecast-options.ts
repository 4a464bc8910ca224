import { readFlags, UsageError } from '../config/command-line.ts';
import type { Deployment } from '../config/deployment.ts';
import type { EncoderTier } from '../control-store/records.ts';
import { shieldRegionOf } from '../edge/policy/shield-region.ts';
import { type ForecastOptions, ladderOf } from './forecast.ts';
import { pricedRegions } from './prices.ts';
import { type QuotaName, type QuotaOverrides, quotaNames } from './quotas.ts';

export interface ForecastArguments {
  /** The deployment file. */
  readonly file: string;
  readonly json: boolean;
  readonly help: boolean;
  /** The load on this deployment. Throws `UsageError` if it doesn't go with it. */
  readonly loadOf: (deployment: Deployment) => ForecastOptions;
}

const defaultFile = 'deployment.json';
const mostHours = 744;
const encoders = ['fleet', 'medialive'] as const satisfies readonly EncoderTier[];

/** Throws `UsageError`. */
export function parseForecastOptions(args: readonly string[]): ForecastArguments {
  const values = flagsIn(args);
  const { json, help, deployment: file } = values;
  if (help) return { file, json, help, loadOf: noLoad };
  const faults: string[] = [];
  const streams = count('--streams', values.streams, faults);
  const viewers = count('--viewers', values.viewers, faults);
  const hours = number('--hours', values.hours, faults);
  if (hours !== undefined && (hours <= 0 || hours > mostHours)) {
    faults.push(`--hours must be greater than 0 and at most ${mostHours}; got '${values.hours}'`);
  }
  if (values.region !== undefined && shieldRegionOf(values.region) === undefined) {
    faults.push(
      `--region must be an AWS region such as ${pricedRegions.join(' or ')}; got '${values.region}'`,
    );
  }
  const encoder = encoders.find((name) => name === values.encoder);
  if (!encoder) faults.push(`--encoder must be ${encoders.join(' or ')}; got '${values.encoder}'`);
  const overrides = readQuotas(values.quota, faults);
  if (
    faults.length > 0 ||
    streams === undefined ||
    viewers === undefined ||
    hours === undefined ||
    !encoder
  ) {
    throw new UsageError(faults);
  }
  const { region, rendition } = values;
  const loadOf = (deployment: Deployment): ForecastOptions => {
    checkFit(deployment, encoder, rendition);
    return {
      deployment,
      streams,
      viewers,
      hours,
      encoder,
      quotas: overrides,
      ...(region !== undefined && { region }),
      ...(rendition !== undefined && { rendition }),
    };
  };
  return { file, json, help, loadOf };
}

function noLoad(): never {
  throw new UsageError('--help takes no load');
}

function checkFit(deployment: Deployment, encoder: EncoderTier, rendition: string | undefined): void {
  const names = ladderOf(deployment).rungs.map(({ id }) => id);
  if (rendition !== undefined && !names.includes(rendition)) {
    throw new UsageError(`--rendition must be one of ${names.join(', ')}; got '${rendition}'`);
  }
  if (encoder === 'medialive' && !deployment.managedEncoder) {
    throw new UsageError('--encoder medialive needs managedEncoder in the deployment file');
  }
}

function number(flag: string, text: string | undefined, faults: string[]): number | undefined {
  if (text === undefined) faults.push(`${flag} is missing`);
  else if (!/^\d+(\.\d+)?(e\d{1,2})?$/i.test(text))
    faults.push(`${flag} must be a number, 0 or more; got '${text}'`);
  else return Number(text);
  return undefined;
}

const mostCount = 1e10;

function count(flag: string, text: string | undefined, faults: string[]): number | undefined {
  const value = number(flag, text, faults);
  if (value === undefined || (Number.isInteger(value) && value <= mostCount)) return value;
  faults.push(`${flag} must be a whole number up to ${mostCount.toLocaleString('en-US')}; got '${text}'`);
  return undefined;
}

function readQuotas(given: readonly string[], faults: string[]): QuotaOverrides {
  const overrides: Partial<Record<QuotaName, number>> = {};
  for (const text of given) {
    const [name, value] = text.split('=');
    const known = quotaNames.find((one) => one === name);
    const most = Number(value);
    if (known && most > 0 && Number.isFinite(most)) overrides[known] = most;
    else if (known) faults.push(`--quota ${known} must be a number greater than 0; got '${value ?? ''}'`);
    else faults.push(`--quota must be NAME=NUMBER with one of ${quotaNames.join(', ')}; got '${text}'`);
  }
  return overrides;
}

/** `--streams -5` as `--streams=-5`: a negative number is wrong, but no flag. */
function withNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const flag = /^-[\d.I]/.test(arg) ? joined.pop() : undefined;
    joined.push(flag === undefined ? arg : `${flag}=${arg}`);
  }
  return joined;
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: withNegatives(args),
    options: {
      streams: { type: 'string' },
      viewers: { type: 'string' },
      hours: { type: 'string' },
      deployment: { type: 'string', default: defaultFile },
      region: { type: 'string' },
      rendition: { type: 'string' },
      encoder: { type: 'string', default: 'fleet' },
      quota: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }).values;
