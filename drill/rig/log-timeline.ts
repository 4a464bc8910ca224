import type { Platform, PlatformEvent } from '../../testkit/platform/platform.ts';
import type { DrillContext } from '../model.ts';

/** Unix ms of a log event. */
export const timeOf = (event: PlatformEvent): number => Number(event.time);

/** What a stream's log event starts, in the lane of the process that logged it. */
const beginnings: Readonly<Record<string, (event: PlatformEvent) => string>> = {
  'ingest.publish.started': ({ worker }) => `relays to ${worker}`,
  'ingest.worker.changed': ({ worker }) => `relays to ${worker}`,
  'encoder.ffmpeg.started': () => 'encodes',
};

/** And the events that end it. */
const ends = new Set([
  'ingest.worker.changed',
  'ingest.publish.ended',
  'ingest.publish.dropped',
  'encoder.broadcast.ended',
  'encoder.lease.lost',
]);

/** Events that get a label in the lane of the process that logged them. */
const remarks: Readonly<Record<string, string>> = {
  'ingest.worker.lost': 'worker lost',
  'encoder.lease.lost': 'lease lost',
  'ingest.publish.refused': 'refused',
  'ingest.publish.unserved': 'unserved',
};

/**
 * Adds to the timeline what the platform logged about a stream: which proxy relayed it, which worker encoded it, when there
 * was only filler, which processes ended.
 */
export function drawTimeline(platform: Platform, streamId: string, context: DrillContext): void {
  const zeroMs = Date.now() - context.now();
  const atMs = (event: PlatformEvent): number => timeOf(event) - zeroMs;
  const open = new Map<string, { readonly words: string; readonly sinceMs: number }>();
  const end = (lane: string, endMs: number): void => {
    const span = open.get(lane);
    if (span) context.span(lane, span.words, span.sinceMs, endMs);
    open.delete(lane);
  };
  let awaySinceMs: number | undefined;
  for (const event of platform.events) {
    if (event.event === 'process.exited' || event.event === 'process.restarted') {
      const lane = laneOf(String(event.process));
      const exited = event.event === 'process.exited';
      if (exited) end(lane, atMs(event));
      context.mark(lane, exited ? `ended (${event.signal ?? event.code})` : 'running again', atMs(event));
    }
    if (event.stream !== streamId) continue;
    const lane = laneOf(String(event.name));
    const remark = remarks[event.event];
    if (remark !== undefined) context.mark(lane, remark, atMs(event));
    if (ends.has(event.event)) end(lane, atMs(event));
    const begins = beginnings[event.event];
    if (begins && !open.has(lane)) open.set(lane, { words: begins(event), sinceMs: atMs(event) });
    if (event.event !== 'encoder.broadcast.state') continue;
    if (awaySinceMs !== undefined && event.state !== 'reconnecting') {
      context.span(lane, 'no publisher', awaySinceMs, atMs(event), 'fault');
    }
    awaySinceMs = event.state === 'reconnecting' ? atMs(event) : undefined;
  }
  for (const lane of [...open.keys()]) end(lane, context.now());
}

/** The lane of a process, named after its stage. */
function laneOf(process: string): string {
  if (process.startsWith('ingest-')) return `proxy ${process}`;
  if (process.startsWith('encoder-')) return `worker ${process}`;
  return process;
}
