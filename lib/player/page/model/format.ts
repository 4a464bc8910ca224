/** `4200000` → `4.2 Mb/s`, `96000` → `96 kb/s`. Decimal units, as encoders show them. */
export function formatBitrate(bps: number): string {
  if (!Number.isFinite(bps) || bps <= 0) return '0 kb/s';
  const kilo = bps / 1000;
  // 999.6 kb/s would round to 1000 kb/s.
  if (kilo < 999.5) return `${Math.round(kilo)} kb/s`;
  const mega = kilo / 1000;
  return `${mega < 9.95 ? mega.toFixed(1) : Math.round(mega)} Mb/s`;
}

/** `29.97002997` → `29.97 fps`, `30` → `30 fps`. */
export function formatFrameRate(fps: number): string {
  return `${Number(fps.toFixed(2))} fps`;
}

/** Seconds as a player's clock: `75` → `1:15`, `3675` → `1:01:15`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const two = (part: number) => String(part).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A duration in words, for screen readers and sentences: `75000` → `1 minute 15 seconds`. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ];
  const from = parts.findIndex(([count]) => count > 0);
  if (from === -1) return '0 seconds';
  return parts
    .slice(from, from + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
    .join(' ');
}

/** A measured time: `420` → `0.42 s`, `1900` → `1.9 s`, `75000` → `1 minute 15 seconds`. */
export function formatElapsed(ms: number): string {
  if (ms < 995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return formatDuration(ms);
}

/** A codec's common name; an unknown RFC 6381 or FourCC name is returned unchanged. */
export function formatCodec(codec: string): string {
  const known: [RegExp, string][] = [
    [/^(avc\d?|h264|x264)/i, 'H.264'],
    [/^(hvc1|hev1|hevc|h265)/i, 'HEVC'],
    [/^av01|^av1$/i, 'AV1'],
    [/^(mp4a|aac)/i, 'AAC'],
    [/^opus/i, 'Opus'],
  ];
  return known.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
}

/** Wall-clock time of day in the reader's own time zone, with seconds. */
export function formatTimeOfDay(atMs: number): string {
  return new Date(atMs).toLocaleTimeString([], { hour: 'numeric', minute: '2-digit', second: '2-digit' });
}

/** Date and time in the reader's own time zone; without the date if it is today. */
export function formatWhen(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  if (at.toDateString() === new Date(nowMs).toDateString())
    return at.toLocaleTimeString([], { timeStyle: 'short' });
  return at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}
