// Broadcasts to a running platform, plays what viewers play and judges it: by hand after a deploy, in tests, and on a schedule.

import { heardSound, shownPictures } from '../lib/adapters/node/ffmpeg/decode.ts';
import { findFfmpeg } from '../lib/adapters/node/ffmpeg/ffmpeg-binary.ts';
import { publishNumbered } from '../lib/adapters/node/ffmpeg/numbered-broadcast.ts';
import {
  apiRequests,
  bearerToken,
  type Credentials,
  noCredentials,
} from '../lib/adapters/node/http/api-requests.ts';
import { clientCredentials } from '../lib/adapters/node/http/client-credentials.ts';
import { edgeRequests } from '../lib/adapters/node/http/edge-requests.ts';
import { createLog } from '../lib/adapters/node/log.ts';
import { openSecret } from '../lib/adapters/secret-sources.ts';
import { pageOrigin } from '../lib/canary/broadcast.ts';
import { helpText } from '../lib/canary/help.ts';
import { type CanaryOptions, parseCanaryOptions } from '../lib/canary/options.ts';
import { canaryScopes, chooseCredentials } from '../lib/canary/policy/credentials.ts';
import { CanaryStoppedError, CanaryUnusableError } from '../lib/canary/policy/errors.ts';
import type { CanaryPorts } from '../lib/canary/ports.ts';
import { faultsOfReport, figureOf, reportJson, reportText } from '../lib/canary/report.ts';
import { type CanaryReport, hasPassed, runCanary } from '../lib/canary/run.ts';
import { UsageError, usageText } from '../lib/config/command-line.ts';
import { EnvironmentError } from '../lib/config/env.ts';
import { type SecretLocation, secretLocation } from '../lib/config/locations.ts';
import { apiToken, canaryCodec } from '../lib/config/programs/canary.ts';
import { programCodec } from '../lib/config/programs/program.ts';
import { systemClock } from '../lib/net/clock.ts';

/** How long a run may take beside its broadcast: decoding takes a minute, takedown and restore up to seven. */
const besidesMs = 600_000;

async function credentialsFor({ api, region, tokenFile }: CanaryOptions): Promise<Credentials> {
  const { oidcIssuer, oidcAudience, oidcScopePrefix, oidcClient, ...env } = canaryCodec.decode(process.env);
  if (oidcIssuer !== undefined && oidcClient !== undefined) {
    return clientCredentials({
      issuer: oidcIssuer,
      audience: oidcAudience,
      scopes: canaryScopes.map((scope) => `${oidcScopePrefix}${scope}`),
      client: await openSecret(oidcClient),
    });
  }
  const place = tokenFile === undefined ? env.apiToken : `file:${tokenFile}`;
  const location = secretLocation.safeParse(place);
  const token = location.success ? await tokenAt(location.data) : place;
  const choice = chooseCredentials(api, { hasToken: token !== undefined, ...(region && { region }) });
  if (choice.kind === 'token' && token !== undefined) return bearerToken(token);
  if (choice.kind === 'iam') {
    const { iamCredentials } = await import('../lib/adapters/aws/signed-requests.ts');
    return iamCredentials(choice.region);
  }
  if (choice.kind === 'none') return noCredentials;
  if (choice.kind === 'other-region')
    throw new CanaryUnusableError(
      `This is an API in ${choice.region}, not in ${region}. Check --api and --region.`,
    );
  throw new CanaryUnusableError(
    `${api} doesn't say its region: name it with --region to sign with IAM, or give a token in HEADWATER_API_TOKEN.`,
  );
}

async function tokenAt(location: SecretLocation): Promise<string> {
  const source = await openSecret(location);
  const token = await source.read().catch((cause: Error) => {
    throw new CanaryUnusableError(`The API token can't be read: ${cause.message}`, { cause });
  });
  const parsed = apiToken.safeParse(token.trim());
  if (parsed.success) return parsed.data;
  throw new CanaryUnusableError(`${source.name} doesn't hold a token: it must be one word.`);
}

async function portsFor(options: CanaryOptions): Promise<CanaryPorts> {
  const credentials = await credentialsFor(options);
  const { path } = await findFfmpeg().catch((cause: Error) => {
    throw new CanaryUnusableError(`${cause.message} Install ffmpeg 5.1 or newer.`, { cause });
  });
  return {
    api: apiRequests(options.api, credentials),
    edge: edgeRequests(pageOrigin),
    decoder: {
      pictures: (media) => shownPictures(media, path),
      sound: (media) => heardSound(media, path),
    },
    clock: systemClock,
    broadcast: (broadcast) => publishNumbered(path, broadcast),
  };
}

/** Raised by Ctrl-C and kill, and when the run takes too long. A second signal ends the program at once. */
function stopSignal({ seconds }: CanaryOptions): { signal: AbortSignal; exitCode(): number | undefined } {
  const stop = new AbortController();
  let code: number | undefined;
  for (const [name, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(name, () => {
      if (code !== undefined) process.exit(code);
      code = exitCode;
      process.stderr.write(`canary: ${name}; removing the stream\n`);
      stop.abort(new CanaryStoppedError(`interrupted by ${name}`));
    });
  }
  const limitMs = seconds * 1000 + besidesMs;
  const late = () => stop.abort(new CanaryStoppedError(`not done after ${limitMs / 1000} s`));
  setTimeout(late, limitMs).unref();
  return { signal: stop.signal, exitCode: () => code };
}

/** Where the run's outcome goes: to the log if it has metrics (on a schedule), otherwise to people or a machine. */
function reporter({ json }: CanaryOptions) {
  const { metricsNamespace } = programCodec.decode(process.env);
  if (metricsNamespace === undefined) {
    return {
      done: (report: CanaryReport) => process.stdout.write(json ? reportJson(report) : reportText(report)),
      unusable: (reason: string) => process.stderr.write(`canary: ${reason}\n`),
    };
  }
  const emit = createLog({ role: 'canary', name: 'canary', metricsNamespace });
  return {
    done(report: CanaryReport) {
      const about = {
        stream: report.streamId,
        onAirMs: figureOf(report, 'on-air', 'onAirMs'),
        latencyMs: figureOf(report, 'latency', 'medianMs'),
      };
      if (hasPassed(report)) emit('canary.passed', about);
      else emit('canary.failed', { ...about, faults: faultsOfReport(report) });
    },
    unusable: (reason: string) => emit('canary.unusable', { reason }),
  };
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseCanaryOptions(args);
  if (options.help) {
    process.stdout.write(helpText);
    return 0;
  }
  const report = reporter(options);
  const { signal, exitCode } = stopSignal(options);
  try {
    const found = await runCanary(options, await portsFor(options), signal);
    report.done(found);
    return exitCode() ?? (hasPassed(found) ? 0 : 1);
  } catch (fault) {
    if (!(fault instanceof Error)) throw fault;
    report.unusable(fault.message);
    return exitCode() ?? (fault instanceof CanaryUnusableError || fault instanceof EnvironmentError ? 2 : 1);
  }
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (fault) {
  if (!(fault instanceof UsageError)) throw fault;
  process.stderr.write(usageText('canary', fault));
  process.exit(2);
}
