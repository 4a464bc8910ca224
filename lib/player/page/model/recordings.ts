import type { Broadcast, Download, Stream } from '../api/types.ts';

/** `1902346240` → `1.9 GB`, `950000` → `950 kB`. Decimal units, as file managers and bills show them. */
export function formatBytes(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = Math.max(0, bytes) / 1000;
  let at = 0;
  // 999.6 kB would round to 1000 kB.
  for (; value >= 999.5 && at < units.length - 1; at++) value /= 1000;
  return `${value < 9.95 && at > 0 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

/** A time as people type it: `75`, `1:15`, `1:01:15.5` → milliseconds; undefined if it is none. */
export function parseClock(text: string): number | undefined {
  const match = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:[.,]\d{1,3})?)$/.exec(text.trim());
  if (!match) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  const whole = Number(seconds.replace(',', '.'));
  const isNested = match[2] !== undefined;
  if (isNested && (whole >= 60 || (match[1] !== undefined && Number(minutes) >= 60))) return undefined;
  return Math.round(((Number(hours) * 60 + Number(minutes)) * 60 + whole) * 1000);
}

/** The same the other way: `61500` → `1:01.5`. */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (part: number): string => String(part).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction =
    ms % 1000 === 0
      ? ''
      : `.${String(ms % 1000)
          .padStart(3, '0')
          .replace(/0+$/, '')}`;
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(rest)}${fraction}`;
}

/** What a form says of a clip. */
export interface ClipFields {
  readonly start: string;
  readonly end: string;
}

/** The clip, or what is wrong with the fields. `durationMs`: of the recording, if it is known. */
export function readClip(
  { start, end }: ClipFields,
  durationMs: number | undefined,
): { readonly startMs: number; readonly endMs: number } | { readonly faults: Partial<ClipFields> } {
  const startMs = parseClock(start === '' ? '0' : start);
  const endMs = end.trim() === '' ? durationMs : parseClock(end);
  const how = 'Enter a time such as 1:05 or 1:02:10.5.';
  if (startMs === undefined) return { faults: { start: how } };
  if (endMs === undefined) return { faults: { end: how } };
  if (durationMs !== undefined && startMs >= durationMs) {
    return { faults: { start: `The recording ends at ${clockText(durationMs)}.` } };
  }
  if (endMs <= startMs) return { faults: { end: 'The clip must end after it begins.' } };
  return { startMs, endMs };
}

/** How long a recording is in milliseconds, as far as is known. `isExact`: it said so itself when it was closed. */
export function recordedMs({ durationMs, startedAt, endedAt }: Broadcast): {
  readonly ms: number | undefined;
  readonly isExact: boolean;
} {
  if (durationMs !== undefined) return { ms: durationMs, isExact: true };
  const ms = endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(startedAt);
  return { ms, isExact: false };
}

/** Whether there is something to watch: a broadcast that ended before its first segment left nothing. */
export const isRecorded = ({ state, durationMs }: Broadcast): boolean =>
  state === 'ended' && durationMs !== 0;

/** Whether a stream's newest broadcast ended before there was anything to watch. */
export const leftNothing = ({ state, broadcast }: Pick<Stream, 'state' | 'broadcast'>): boolean =>
  state === 'ended' && broadcast?.durationMs === 0;

/** Headwater's own workers record what can be made into one file. */
export const isDownloadable = (broadcast: Broadcast): boolean =>
  isRecorded(broadcast) && broadcast.encoder === 'fleet';

export const isBeingMade = ({ state }: Pick<Download, 'state'>): boolean =>
  state === 'queued' || state === 'running';

/** What a download is of: `Whole recording`, or `Clip 0:05–0:10`. */
export function downloadWords({ startMs, endMs, rendition }: Download): string {
  const size = rendition === undefined ? '' : rendition === 'audio' ? ', sound only' : `, ${rendition}`;
  if (startMs === undefined && endMs === undefined) return `Whole recording${size}`;
  const end = endMs === undefined ? 'end' : clockText(endMs);
  return `Clip ${clockText(startMs ?? 0)}–${end}${size}`;
}
