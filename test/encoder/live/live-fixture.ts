import type { Part } from '../../../lib/encoder/encoding/policy/segmenting/part.ts';
import type { SegmentGroup } from '../../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import { LiveBroadcast } from '../../../lib/encoder/live/live-broadcast.ts';
import { LiveService } from '../../../lib/encoder/live/live-service.ts';
import type { LiveView } from '../../../lib/encoder/publication/policy/live/live-view.ts';
import type { PictureView } from '../../../lib/encoder/publication/policy/pictures/picture-view.ts';
import type { BroadcastId } from '../../../lib/routing/ids.ts';
import { TestClient } from '../../edge/edge-in-memory.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const partBytes = 16;
export const partsOfSegment = 4;
export const base = '/local/stream/broadcast';

/** A playlist's state as a publication with these renditions has it: whole once stored. */
class FakeView implements Mutable<LiveView> {
  readonly broadcastId = 'broadcast' as BroadcastId;
  readonly epoch = 3;
  latency: 'low' | 'standard' = 'low';
  ended = false;
  renditions: readonly string[] = ['720p', 'audio'];
  made = 0;
  readonly positions = new Map<string, { msn: number; part?: number }>();
  readonly next = new Map<string, { number: number; index: number; run: number }>();

  position(rendition: string) {
    return this.positions.get(rendition);
  }

  mediaPlaylist(rendition: string, skip: boolean): string {
    this.made++;
    const { msn, part } = this.positions.get(rendition) ?? { msn: -1 };
    return `${rendition} ${msn}.${part ?? 'whole'}${skip ? ' delta' : ''}${this.ended ? ' ended' : ''}`;
  }

  index = (scope: string): string => `index of the ${scope}`;
  manifest = (scope: string): string => `manifest of the ${scope}`;
  readonly #init = Buffer.from('init');
  init = (_rendition: string, name: string): Buffer | undefined =>
    name === 'init-3.mp4' ? this.#init : undefined;
  nextPart = (rendition: string) => this.next.get(rendition);
}

class FakePictures implements PictureView {
  newest: Buffer | undefined;
  poster = (): Buffer | undefined => this.newest;
  storyboard = (scope: string): string | undefined =>
    this.newest && `storyboard of the ${scope} with ${this.newest}`;
  sprite = (from: number, count: number, epoch: number): Buffer | undefined =>
    epoch === 3 ? Buffer.from(`${count} pictures from ${from}`) : undefined;
}

/** A live broadcast with parts of 16 bytes, four a segment. */
export function liveFixture() {
  const now = { ms: 0 };
  const clock = { nowMs: () => now.ms, wallMs: () => now.ms };
  const view = new FakeView();
  const faults: unknown[] = [];
  const pictures = new FakePictures();
  const faulted = (cause: unknown) => faults.push(cause);
  const live = new LiveBroadcast({ view, pictures, clock, partMs: 500, faulted });

  function part(track: string, number: number, index: number, run = 1): void {
    view.positions.set(track, { msn: number, part: index });
    live.part(track, partOf(track, number, index, run));
  }

  function parts(number: number, run = 1): void {
    for (const track of view.renditions)
      for (let index = 0; index < partsOfSegment; index++) part(track, number, index, run);
  }

  function group(number: number, run = 1, tracks = view.renditions): void {
    live.group(groupOf(number, run, tracks));
  }

  function stored(number: number): void {
    for (const track of view.renditions) view.positions.set(track, { msn: number });
    live.stored(number);
  }

  const service = new LiveService({
    region: 'local',
    streams: { find: (stream) => (stream === 'stream' ? live : undefined) },
    admits: () => true,
  });

  function ask(path: string, method = 'GET'): TestClient {
    const client = new TestClient();
    service.handle({ method, target: `${base}/${path}`, headers: {}, address: '::1' }, client.reply);
    return client;
  }

  return {
    live,
    view,
    pictures,
    faults,
    part,
    parts,
    group,
    stored,
    ask,
    pass(ms: number) {
      now.ms += ms;
      live.tick();
    },
  };
}

const textOf = (track: string, number: number, index: number, run: number): string =>
  `${track[0]}${number}.${index}r${run}`.padEnd(partBytes, '_');

export const segmentText = (track: string, number: number, run = 1): string =>
  Array.from({ length: partsOfSegment }, (_, index) => textOf(track, number, index, run)).join('');

export const partText = (track: string, number: number, index: number, run = 1): string =>
  textOf(track, number, index, run);

export function partOf(track: string, number: number, index: number, run = 1): Part {
  const text = textOf(track, number, index, run);
  return {
    run,
    number,
    index,
    startTicks: number * 2000 + index * 500,
    durationTicks: 500,
    bytes: partBytes,
    independent: index === 0,
    chunk: [Buffer.from(text.slice(0, 4)), Buffer.from(text.slice(4))],
  };
}

export function groupOf(number: number, run: number, tracks: readonly string[]): SegmentGroup {
  const segments = tracks.map((track) => {
    const all = Array.from({ length: partsOfSegment }, (_, index) => partOf(track, number, index, run));
    const segment = {
      number,
      startTicks: number * 2000,
      durationTicks: 2000,
      samples: 60,
      bytes: partBytes * partsOfSegment,
      chunks: all.map(({ chunk }) => chunk),
    };
    return [track, segment] as const;
  });
  return { number, run, segments: new Map(segments) };
}
