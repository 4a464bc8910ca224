import type { Platform, PlatformEvent } from '../../test/support/platform.ts';
import type { DrillContext } from '../model.ts';

/** Unix ms of a log event. */
export const timeOf = (event: PlatformEvent): number => Number(event.time);

/** Draws into the timeline what the platform logged of a stream: who relayed it, who made it, which processes ended. */
export function drawStory(platform: Platform, streamId: string, context: DrillContext): void {
  const zeroMs = Date.now() - context.now();
  const atMs = (event: PlatformEvent): number => timeOf(event) - zeroMs;
  /** What goes on, by lane, since when. */
  const open = new Map<string, { readonly words: string; readonly sinceMs: number }>();
  const begin = (lane: string, words: string, event: PlatformEvent): void => {
    if (!open.has(lane)) open.set(lane, { words, sinceMs: atMs(event) });
  };
  const end = (lane: string, endMs: number, tone: 'good' | 'bad'): void => {
    const span = open.get(lane);
    if (span) context.span(lane, span.words, span.sinceMs, endMs, tone);
    open.delete(lane);
  };
  for (const event of platform.events) {
    if (event.event === 'process.exited' || event.event === 'process.restarted') {
      const lane = laneOf(String(event.process));
      if (event.event === 'process.exited') end(lane, atMs(event), 'bad');
      context.mark(
        lane,
        event.event === 'process.exited' ? `ended (${event.signal ?? event.code})` : 'up again',
        atMs(event),
      );
    }
    if (event.stream !== streamId) continue;
    switch (event.event) {
      case 'ingest.publish.started':
        begin(laneOf(String(event.name)), `relays to ${event.worker}`, event);
        break;
      case 'ingest.worker.changed':
        end(laneOf(String(event.name)), atMs(event), 'good');
        begin(laneOf(String(event.name)), `relays to ${event.worker}`, event);
        break;
      case 'ingest.publish.ended':
        end(laneOf(String(event.name)), atMs(event), 'good');
        break;
      case 'ingest.publish.dropped':
        end(laneOf(String(event.name)), atMs(event), 'bad');
        break;
      case 'encoder.ffmpeg.started':
        begin(laneOf(String(event.name)), 'encodes', event);
        break;
      case 'encoder.broadcast.ended':
        end(laneOf(String(event.name)), atMs(event), 'good');
        break;
      case 'encoder.lease.lost':
        end(laneOf(String(event.name)), atMs(event), 'bad');
        break;
    }
  }
  for (const lane of [...open.keys()]) end(lane, context.now(), 'good');
}

/** The lane of a process, by its stage's word. */
function laneOf(process: string): string {
  if (process.startsWith('ingest-')) return `proxy ${process}`;
  if (process.startsWith('encoder-')) return `worker ${process}`;
  return process;
}
