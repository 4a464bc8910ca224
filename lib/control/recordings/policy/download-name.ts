import type { ClipRange } from '../../../control-store/downloads.ts';

/** Longer names are shortened: file systems take 255 bytes, and a character may have four. */
const mostCharacters = 50;

/**
 * What a browser calls the file: the stream's name, the day of the broadcast and, for a clip, where it begins and ends. Characters
 * that some file system refuses become spaces.
 */
export function downloadFileName(
  streamName: string,
  startedAtMs: number,
  { startMs, endMs }: ClipRange,
): string {
  const plain = [...streamName.replaceAll(/[\p{C}\\/:*?"<>|]/gu, ' ')].slice(0, mostCharacters).join('');
  const name = plain.replaceAll(/\s+/g, ' ').replaceAll(/^[ .]+|[ .]+$/g, '');
  const day = new Date(startedAtMs).toISOString().slice(0, 10);
  const clip =
    startMs === undefined && endMs === undefined
      ? ''
      : ` ${clock(startMs ?? 0)}–${endMs === undefined ? 'end' : clock(endMs)}`;
  return `${name === '' ? 'Recording' : name} ${day}${clip}.mp4`;
}

/** `61500` → `0.01.01`: colons are refused by some file systems. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}.${two(Math.floor(seconds / 60) % 60)}.${two(seconds % 60)}`;
}

/**
 * The Content-Disposition that makes a browser save it under this name (RFC 6266 4.3): in ASCII, and encoded as RFC 8187 3.2 says for
 * all others.
 */
export function attachment(fileName: string): string {
  const ascii = fileName.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName).replaceAll(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
