import type { EdgeResponse, EdgeService } from '../../lib/edge/ports.ts';
import { partNamePattern, segmentName } from '../../lib/object-store/object-names.ts';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import type { Timeline } from '../world/timeline.ts';
import { bytesOf } from './hop.ts';

/** What the viewers of one track at one edge had. */
export interface Viewing {
  /** From when each part was made until its last byte was at the edge, in ms. */
  readonly waitsMs: number[];
  /** When each answer came that had something new, in ms. */
  readonly newAtMs: number[];
  /** When the first answer came that was no 200, or that had no parts, after `sinceMs`. */
  readonly fallbacksAtMs: number[];
  answers: number;
  refusals: number;
}

export const newViewing = (): Viewing => ({
  ...{ waitsMs: [], newAtMs: [], fallbacksAtMs: [], answers: 0, refusals: 0 },
});

export interface Watching {
  readonly timeline: Timeline;
  readonly edge: EdgeService;
  /** Path of the rendition's folder. */
  readonly folder: string;
  readonly partMs: number;
  /** When the part that comes at this place is made, in ms. */
  readonly madeAtMs: (number: number, index: number) => number;
}

/** As players do after an error, and where nothing can be held. */
const retryMs = 500;

/**
 * All low-latency HLS viewers of one track at one edge: each asks for the playlist that has the next part, and then for that part. They ask
 * at the same time for the same thing, so one request stands for all of them; what they have asked for together is counted, not simulated.
 */
export async function watchParts(watching: Watching, viewing: Viewing, untilMs: number): Promise<void> {
  const { timeline, edge, folder, partMs } = watching;
  const lastPart = segmentMs / partMs - 1;
  let next: { number: number; index: number } | undefined;
  while (timeline.nowMs < untilMs) {
    const query = next ? `?_HLS_msn=${next.number}&_HLS_part=${next.index}` : '';
    const { status, text } = await ask(edge, `${folder}playlist.m3u8${query}`);
    const [, msn, part] = /\n(\d+) (\d+|whole)\n/.exec(text) ?? [];
    if (status !== 200 || msn === undefined || part === undefined) {
      viewing.refusals++;
      viewing.fallbacksAtMs.push(timeline.nowMs);
      next = undefined;
      await timeline.sleep(retryMs);
      continue;
    }
    viewing.answers++;
    const [, number, index, epoch, run] = partNamePattern.exec(text.split('\n')[2] ?? '') ?? [];
    if (number === undefined) {
      // What the object store has names no parts.
      viewing.fallbacksAtMs.push(timeline.nowMs);
      await timeline.sleep(retryMs);
      continue;
    }
    const last = { number: Number(msn), index: part === 'whole' ? lastPart : Number(part) };
    const name = `${last.number}.${last.index}-${epoch}-${run}.m4s`;
    const got = await ask(edge, folder + name);
    if (got.status === 200) {
      viewing.newAtMs.push(timeline.nowMs);
      viewing.waitsMs.push(timeline.nowMs - watching.madeAtMs(last.number, last.index));
    }
    next = { number: Number(number), index: Number(index) };
  }
}

/** All low-latency DASH viewers of one track at one edge: each asks for a segment as soon as it has begun, and reads it as it grows. */
export function watchSegments(watching: Watching, viewing: Viewing, offsetMs: number): void {
  const { timeline, edge, folder, madeAtMs } = watching;
  timeline.every(segmentMs, offsetMs, () => {
    // A tenth of a ms for what fractions are rounded to.
    const number = Math.floor((timeline.nowMs + 0.1 - madeAtMs(0, 0)) / segmentMs);
    let index = 0;
    edge.handle(request(folder + segmentName(number)), (response) => {
      if (response.status !== 200) viewing.refusals++;
      void readAll(response, () => {
        viewing.newAtMs.push(timeline.nowMs);
        viewing.waitsMs.push(timeline.nowMs - madeAtMs(number, index++));
      }).then(
        () => viewing.answers++,
        () => viewing.refusals++,
      );
    });
  });
}

const request = (target: string) => ({ method: 'GET', target, headers: {}, address: '192.0.2.2' });

export async function ask(edge: EdgeService, target: string): Promise<{ status: number; text: string }> {
  const response = await new Promise<EdgeResponse>((resolve) => edge.handle(request(target), resolve));
  let text = '';
  try {
    await readAll(response, (bytes) => {
      text += Buffer.from(bytes).toString('latin1');
    });
  } catch {
    return { status: 0, text };
  }
  return { status: response.status, text };
}

async function readAll({ body }: EdgeResponse, got: (bytes: Uint8Array) => void): Promise<void> {
  if (!body) return;
  for await (const bytes of bytesOf(body)) got(bytes);
}
