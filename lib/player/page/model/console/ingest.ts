import type { IngestPoint } from '../../api/types.ts';

/** True if the platform runs on the broadcaster's own machine. */
export const isLoopback = ({ url }: IngestPoint): boolean =>
  /^rtmps?:\/\/(127\.|localhost[:/]|\[::1\])/.test(url);

/** True for a machine of one's own network: an address that no public authority certifies. */
export const isNearby = (point: IngestPoint): boolean => {
  if (isLoopback(point)) return true;
  const host = /^rtmps?:\/\/(\[[^\]]+\]|[^/:]+)/.exec(point.url)?.[1] ?? '';
  return /^\d+\.\d+\.\d+\.\d+$|^\[|\.(local|lan|home|internal)$|^[^.]+$/i.test(host);
};

/** Where to publish: over RTMPS, but on a machine of one's own over RTMP, because OBS rejects a self-signed certificate. */
export const preferredPoint = ({ rtmps, rtmp }: { rtmps: IngestPoint; rtmp?: IngestPoint }): IngestPoint =>
  rtmp && isNearby(rtmp) ? rtmp : rtmps;

/** Replaces the key in commands if the page doesn't know it. */
export const keyPlaceholder = 'YOUR-STREAM-KEY';

/** Quotes an argument for a shell. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** URL with the key, as ffmpeg expects it. */
export const publishUrl = (point: IngestPoint, key: string | undefined): string =>
  `${point.url.replace(/\/+$/, '')}/${key ?? keyPlaceholder}`;

/**
 * A shell command that publishes a file in real time. It sends a keyframe every 2 s because segments are cut there;
 * other intervals work too, at a small cost in quality.
 */
export function ffmpegLine(point: IngestPoint, key: string | undefined): string {
  return [
    'ffmpeg -re -i input.mp4',
    '-c:v libx264 -preset veryfast -b:v 3500k -maxrate 3500k -bufsize 7000k',
    "-pix_fmt yuv420p -force_key_frames 'expr:gte(t,n_forced*2)'",
    '-c:a aac -b:a 160k -ar 48000',
    `-f flv ${quoted(publishUrl(point, key))}`,
  ].join(' \\\n  ');
}

/** OBS settings, named and ordered as in its settings window. */
export function obsSettings(point: IngestPoint): readonly (readonly [name: string, value: string])[] {
  return [
    ['Settings → Stream → Service', 'Custom…'],
    ['Server', point.url],
    ['Stream Key', 'the key above'],
    ['Settings → Output → Video bitrate', '2,500–6,000 kb/s'],
    ['Keyframe interval', '2 s'],
    ['Video encoder', 'H.264'],
    ['Audio', 'AAC, 48 kHz'],
  ];
}
