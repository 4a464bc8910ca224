import type { Inspector } from './inspector.ts';
import type { PlatformUrls } from './plan.ts';
import type { ProcessLine } from './supervisor.ts';

/** Where the API's token is, and the token itself the first time only. */
export interface ApiTokenNotice {
  readonly file: string;
  readonly token?: string | undefined;
}

const tokenText = ({ file, token }: ApiTokenNotice): string =>
  token === undefined
    ? `token for other machines: in ${file}`
    : `token for other machines: ${token}   (shown once; kept in ${file})`;

/** The message printed when the platform is up. */
export function readyText(
  urls: PlatformUrls,
  trust: readonly string[],
  demo: { page: string } | undefined,
  inspector?: Inspector,
  apiToken?: ApiTokenNotice,
): string {
  const rows = [
    ['page', urls.page],
    ['API', `${urls.api}/v1/openapi.json`],
    ...(apiToken === undefined ? [] : [['', tokenText(apiToken)]]),
    ['ingest', `${urls.rtmp}    (RTMP)`],
    ['', `${urls.rtmps}   (RTMPS, self-signed certificate)`],
    ...(demo === undefined ? [] : [['demo', demo.page]]),
    ...(inspector === undefined
      ? []
      : [['debug', `${inspector.at}   (${inspector.process}; see CONTRIBUTING.md)`]]),
  ];
  return [
    '',
    'Headwater is up.',
    '',
    ...rows.map(([name = '', value]) => `  ${name.padEnd(8)}${value}`),
    '',
    'Go live: create a stream on the page, then',
    `  OBS     Settings > Stream > Custom; Server ${urls.rtmp}; Stream Key: the key of your stream`,
    ...trust.map((line) => `          ${line}`),
    `  ffmpeg  ffmpeg -re -i FILE -c:v libx264 -preset veryfast -tune zerolatency -g 60 -c:a aac -f flv ${urls.rtmp}/KEY`,
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}

/**
 * How OBS accepts the self-signed certificate. On Linux it trusts every file in this folder, unless it runs as Flatpak or Snap,
 * and compares the certificate with a name only, never with an address. On macOS it trusts the system's own roots only.
 */
export function trustLines(certFile: string, { rtmps }: PlatformUrls, os: NodeJS.Platform): string[] {
  if (os !== 'linux') return [];
  const server = rtmps.replace(/127\.0\.0\.1/, 'localhost');
  return [
    `over RTMPS, once: sudo install -m 644 '${certFile}' /etc/ssl/certs/headwater.pem`,
    `then Server ${server} (not for OBS as Flatpak or Snap)`,
  ];
}

const quietFields = new Set(['level', 'time', 'event', 'role', 'name', 'msg', 'v', 'hostname']);

/** One line for people: time, process, message and fields. */
export function lineText(line: ProcessLine, now: Date): string {
  const fields = Object.entries(line)
    .filter(([field]) => !quietFields.has(field))
    .map(([field, value]) => `${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const message = typeof line.msg === 'string' ? line.msg : line.event;
  return [now.toTimeString().slice(0, 8), line.name.padEnd(11), message, ...fields].join(' ');
}

/** Lines worth showing to people: warnings and errors, and anything a process printed that isn't a log event. */
export function isForPeople(line: ProcessLine): boolean {
  return line.level === 'warn' || line.level === 'error' || line.event === 'process.output';
}
