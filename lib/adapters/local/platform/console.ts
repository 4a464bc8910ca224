import { isLoopbackHost } from '../../../net/policy/loopback.ts';
import type { Inspector } from './inspector.ts';
import type { PlatformUrls } from './plan.ts';
import type { ProcessLine } from './supervisor.ts';

/** Where the API's token is, and the token itself the first time only. */
export interface ApiTokenNotice {
  readonly file: string;
  readonly token?: string | undefined;
}

/** How other devices reach the platform. */
export interface AccessNotice {
  /** For each name or address of this machine. */
  readonly urls: readonly PlatformUrls[];
  readonly token: string;
  /** A text as a QR code for a terminal. */
  readonly qrCode: (text: string) => string;
}

/** The link that lets a device in that has no keyboard to type the token. A fragment is never sent to a server. */
export const signInLink = ({ page }: Pick<PlatformUrls, 'page'>, token: string): string =>
  `${page}/#token=${token}`;

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
  access?: AccessNotice,
): string {
  const called = access && access.urls.length > 0 ? access.urls : [urls];
  const rows = [
    ...called.map(({ page }, index) => [index === 0 ? 'page' : '', page]),
    ...(access && urls.page !== called[0]?.page ? [['', `${urls.page}   (this machine)`]] : []),
    ...called.map(({ api }, index) => [index === 0 ? 'API' : '', `${api}/v1/openapi.json`]),
    ...(apiToken === undefined ? [] : [['', tokenText(apiToken)]]),
    ...called.flatMap(({ rtmp, rtmps }, index) => [
      [index === 0 ? 'ingest' : '', `${rtmp}    (RTMP)`],
      ['', `${rtmps}   (RTMPS, self-signed certificate)`],
    ]),
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
    ...(access === undefined ? [] : accessLines(access)),
    'Go live: create a stream on the page, then',
    `  OBS     Settings > Stream > Custom; Server ${called[0]?.rtmp}; Stream Key: the key of your stream`,
    ...trust.map((line) => `          ${line}`),
    `  ffmpeg  ffmpeg -re -i FILE -c:v libx264 -preset veryfast -tune zerolatency -g 60 -c:a aac -f flv ${called[0]?.rtmp}/KEY`,
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}

function accessLines({ urls: [first], token, qrCode }: AccessNotice): string[] {
  if (first === undefined) return ['This machine is in no network: only its own programs reach it.', ''];
  const link = signInLink(first, token);
  if (isLoopbackHost(new URL(first.page).hostname)) {
    return [
      'Manage streams with this link; whoever has it can manage every stream. For phones and other computers, say',
      'what they call this machine: --public-host NAME, or HEADWATER_ADDRESS=NAME docker compose up.',
      '',
      `  ${link}`,
      '',
    ];
  }
  return [
    'Manage streams from a phone or another computer: scan this, or open the link below. Whoever has it can',
    'manage every stream; viewers get the link of a stream instead.',
    '',
    qrCode(link),
    '',
    `  ${link}`,
    '',
  ];
}

/**
 * How OBS accepts the self-signed certificate. On Linux it trusts every file in this folder, unless it runs as Flatpak or Snap,
 * and compares the certificate with a name only, never with an address. On macOS it trusts the system's own roots only.
 */
export function trustLines(certFile: string, { rtmps }: PlatformUrls, os: NodeJS.Platform): string[] {
  if (os !== 'linux') return [];
  const server = rtmps.replace(/^(rtmps:\/\/)(\[[^\]]*\]|[^/:]+)/, '$1localhost');
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
