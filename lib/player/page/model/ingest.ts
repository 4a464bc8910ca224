/** Where a broadcaster sends to: the address without the key. */
export interface IngestAddress {
  readonly url: string;
}

/** True where the platform runs on the broadcaster's own machine. */
export const isLoopback = ({ url }: IngestAddress): boolean =>
  /^rtmps?:\/\/(127\.|localhost[:/]|\[::1\])/.test(url);

/** Stands in a line to paste where the key is not known any more. */
export const keyPlaceholder = 'YOUR-STREAM-KEY';

/** One argument as a shell takes it. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Address and key in one, as ffmpeg takes it. */
export const publishUrl = (address: IngestAddress, key: string | undefined): string =>
  `${address.url.replace(/\/+$/, '')}/${key ?? keyPlaceholder}`;

/**
 * A line for a terminal that sends a file at its own speed. A keyframe every 2 s is what the segments are cut on; an
 * encoder that sends other ones works too, at the cost of a little quality.
 */
export function ffmpegLine(address: IngestAddress, key: string | undefined): string {
  return [
    'ffmpeg -re -i input.mp4',
    '-c:v libx264 -preset veryfast -b:v 3500k -maxrate 3500k -bufsize 7000k',
    "-pix_fmt yuv420p -force_key_frames 'expr:gte(t,n_forced*2)'",
    '-c:a aac -b:a 160k -ar 48000',
    `-f flv ${quoted(publishUrl(address, key))}`,
  ].join(' \\\n  ');
}

/** OBS's settings by the names that its window shows, in its order. */
export function obsSettings(address: IngestAddress): readonly (readonly [name: string, value: string])[] {
  return [
    ['Settings → Stream → Service', 'Custom…'],
    ['Server', address.url],
    ['Stream Key', 'the key above'],
    ['Settings → Output → Video bitrate', '2,500–6,000 kb/s'],
    ['Keyframe interval', '2 s'],
    ['Video encoder', 'H.264'],
    ['Audio', 'AAC, 48 kHz'],
  ];
}
