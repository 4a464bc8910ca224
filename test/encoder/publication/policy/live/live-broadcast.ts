import type { TrackHeader } from '../../../../../lib/encoder/policy/track-header.ts';
import type { LiveTail, TailPart } from '../../../../../lib/encoder/publication/policy/live/live-tail.ts';
import { bestFirst } from '../../../../../lib/encoder/publication/policy/live/live-tail.ts';
import type {
  PublicationState,
  PublishedPeriod,
} from '../../../../../lib/encoder/publication/policy/publication-model.ts';
import { Rendition } from '../../../../../lib/encoder/publication/policy/rendition.ts';
import { segmentMs } from '../../../../../lib/packaging/segment-grid.ts';
import type { BroadcastId, StreamId } from '../../../../../lib/routing/ids.ts';

export const startedAtMs = Date.UTC(2026, 10, 22, 12, 0, 0, 250);

export const video = (height: number, frameRate = 30): TrackHeader => ({
  kind: 'video',
  timescale: 90_000,
  init: Buffer.from(`init ${height} ${frameRate}`),
  codecs: 'avc1.64001F',
  bitrateBps: height * 3000,
  width: (height * 16) / 9,
  height,
  frameRate,
});
export const audio = (sampleRate = 48_000): TrackHeader => ({
  kind: 'audio',
  timescale: sampleRate,
  init: Buffer.from(`init audio ${sampleRate}`),
  codecs: 'mp4a.40.2',
  bitrateBps: 128_000,
  sampleRate,
  channels: 2,
});
export const ladder: ReadonlyMap<string, TrackHeader> = new Map([
  ['720p', video(720)],
  ['360p', video(360)],
  ['audio', audio()],
]);

export interface LiveOptions {
  readonly partMs?: number;
  /** Where another period begins, with what it is made of. @default one period of the ladder from segment 0 */
  readonly periods?: readonly (Pick<PublishedPeriod, 'fromNumber' | 'initName' | 'headers'> & {
    readonly run?: number;
  })[];
  readonly windowSegments?: number;
  /** Numbers that nobody made. */
  readonly lost?: readonly number[];
}

/** A broadcast `streamMs` after its first picture: its whole segments, and the parts whose last frame is out. */
export function liveAt(
  streamMs: number,
  options: LiveOptions = {},
): { state: PublicationState; tail: LiveTail } {
  const { partMs = 500, lost = [], windowSegments = 900 } = options;
  const plans = options.periods ?? [{ fromNumber: 0, initName: 'init-3.mp4', headers: ladder }];
  const openNumber = Math.floor(streamMs / segmentMs);
  const periods: PublishedPeriod[] = [];
  const renditions = new Map<string, Rendition>();
  const parts = new Map<string, Map<number, TailPart[]>>();
  let open: LiveTail['open'];
  let run = 1;
  plans.forEach((plan, index) => {
    if (plan.fromNumber > openNumber) return;
    const last = plans[index + 1]?.fromNumber ?? Number.POSITIVE_INFINITY;
    run = plan.run ?? index + 1;
    const whole = Math.min(last, openNumber) - 1;
    const numbers = Array.from({ length: whole - plan.fromNumber + 1 }, (_, at) => plan.fromNumber + at);
    const made = numbers.filter((number) => !lost.includes(number));
    const period = {
      ...{ fromNumber: plan.fromNumber, initName: plan.initName, headers: plan.headers, continues: false },
      toNumber: made.at(-1) ?? plan.fromNumber - 1,
    };
    if (made.length > 0) periods.push(period);
    for (const [id, header] of plan.headers) {
      const rendition = renditions.get(id) ?? new Rendition(id, header);
      if (made.length > 0) renditions.set(id, rendition);
      rendition.header = header;
      const own = parts.get(id) ?? new Map<number, TailPart[]>();
      parts.set(id, own);
      for (const number of [...made, openNumber]) {
        if (number >= last) continue;
        const all = partsOf(header, number, partMs, run);
        const [first, end] = [all[0]!, all.at(-1)!];
        const durationTicks = end.startTicks + end.durationTicks - first.startTicks;
        if (number < openNumber)
          rendition.note(number, { startTicks: first.startTicks, durationTicks, bytes: 1000 });
        const out = all.filter(
          (part) => part.startTicks + part.durationTicks <= (streamMs * header.timescale) / 1000,
        );
        if (number > openNumber - 4 && out.length > 0) own.set(number, number < openNumber ? all : out);
        if (number === openNumber && out.length > 0) open = { number, period };
      }
    }
  });
  const state = {
    options: {
      ...{ region: 'local', streamId: 's' as StreamId, broadcastId: 'b1' as BroadcastId, epoch: 3 },
      ...{ startedAtMs, windowSegments, utcTimingUrl: 'http://edge.example/time' },
    },
    renditions: bestFirst([...renditions.values()]),
    periods,
    availabilityStartMs: startedAtMs + 100,
    ended: false,
  };
  return { state, tail: { partMs, run, parts, ...(open ? { open } : {}) } };
}

/** All parts of a segment, as the segmenter cuts them: a frame belongs to the part that it begins in. */
function partsOf(header: TrackHeader, number: number, partMs: number, run: number): TailPart[] {
  const frameTicks = header.kind === 'audio' ? 1024 : header.timescale / header.frameRate;
  const ticksOf = (ms: number): number => (ms * header.timescale) / 1000;
  const firstIn = (ms: number): number => Math.round(Math.ceil(ticksOf(ms) / frameTicks - 1e-9) * frameTicks);
  return Array.from({ length: segmentMs / partMs }, (_, index) => {
    const startMs = number * segmentMs + index * partMs;
    const startTicks = firstIn(startMs);
    const independent = header.kind === 'audio' || index === 0;
    return {
      run,
      number,
      index,
      startTicks,
      durationTicks: firstIn(startMs + partMs) - startTicks,
      independent,
    };
  });
}
