import { pictureFilter } from '../../../lib/canary/policy/numbered-picture.ts';
import { PreconditionFailedError } from '../../../lib/object-store/errors.ts';
import type { ObjectStore, StoredObject, UploadStore } from '../../../lib/object-store/ports.ts';
import { type CmafSample, mediaChunk } from '../../../lib/packaging/cmaf/chunk.ts';
import { ffmpeg } from '../../packaging/support/ffmpeg.ts';
import { type RemuxedTrack, remux } from '../../packaging/support/remux.ts';

export const frameRate = 25;
export const frameTicks = 90_000 / frameRate;
export const segments = 5;
export const prefix = 'local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/';

/** Ten seconds of numbered pictures with B-frames, and of a tone, as ffmpeg frames them for us. */
export function recordedTracks(size = '320x180'): { video: RemuxedTrack; audio: RemuxedTrack } {
  const seconds = segments * 2;
  const flv = ffmpeg([
    ...['-f', 'lavfi', '-i', `${pictureFilter({ size, rate: frameRate })},setsar=1`, '-t', `${seconds}`],
    ...['-f', 'lavfi', '-i', 'sine=f=440:r=48000', '-t', `${seconds}`],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-b_strategy', '0', '-sc_threshold', '0'],
    ...['-g', `${frameRate * 2}`, '-flags', '+cgop', '-c:a', 'aac', '-ac', '2', '-shortest'],
    ...['-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
  ]);
  const { video, audio } = remux(flv, { frameTicks, perChunk: 1_000 });
  return { video: video!, audio: audio! };
}

/** An object store in memory, with what a worker leaves of a broadcast. */
export class RecordedBroadcast {
  readonly objects = new Map<string, Buffer>();
  readonly reads: string[] = [];
  /** Completed uploads. */
  readonly files = new Map<string, Buffer>();
  readonly aborted: string[] = [];
  /** Calls, by name, that fail for now. */
  readonly failing = new Set<string>();

  add(name: string, body: Buffer | string): void {
    this.objects.set(prefix + name, Buffer.from(body));
  }

  /** Parts of half a second each, as a worker writes them. */
  addTrack(
    id: string,
    { init, samples }: RemuxedTrack,
    {
      timescale,
      initName = 'init-1.mp4',
      from = 0,
      to = segments,
      skipped = [] as readonly number[],
    }: {
      timescale: number;
      initName?: string;
      from?: number;
      to?: number;
      skipped?: readonly number[];
    },
  ): void {
    this.add(`${id}/${initName}`, init);
    const bySegment = new Map<number, { at: number; samples: CmafSample[] }>();
    let at = 0;
    for (const sample of samples) {
      const number = Math.floor(at / (2 * timescale));
      const known = bySegment.get(number) ?? { at, samples: [] };
      known.samples.push(sample);
      bySegment.set(number, known);
      at += sample.durationTicks;
    }
    for (const [number, group] of bySegment) {
      if (number < from || number >= to || skipped.includes(number)) continue;
      const bodies: Buffer[] = [];
      let baseMediaDecodeTime = group.at;
      for (let first = 0; first < group.samples.length; first += 13) {
        const some = group.samples.slice(first, first + 13);
        const chunk = { sequenceNumber: number * 4 + bodies.length + 1, baseMediaDecodeTime, samples: some };
        bodies.push(...mediaChunk({ ...chunk, styp: first === 0 ? 'segment' : 'chunk' }));
        baseMediaDecodeTime += some.reduce((sum, { durationTicks }) => sum + durationTicks, 0);
      }
      this.add(`${id}/${number}.m4s`, Buffer.concat(bodies));
    }
  }

  /** `lines`: of each number; by default the rendition's own segments. */
  addPlaylist(
    id: string,
    { ended = true, lines }: { ended?: boolean; lines?: (number: number) => string[] } = {},
  ): void {
    const text = ['#EXTM3U', '#EXT-X-VERSION:8', '#EXT-X-MEDIA-SEQUENCE:0'];
    for (let number = 0; number < segments; number++) {
      const own = lines?.(number) ?? [
        ...(number === 0 ? ['#EXT-X-MAP:URI="init-1.mp4"'] : []),
        '#EXTINF:2.00000,',
        `${number}.m4s`,
      ];
      text.push(...own);
    }
    this.add(`${id}/playlist.m3u8`, [...text, ...(ended ? ['#EXT-X-ENDLIST'] : []), ''].join('\n'));
  }

  addIndex(ids: readonly string[]): void {
    const variants = ids.flatMap((id) => [
      '#EXT-X-STREAM-INF:BANDWIDTH=1000,AUDIO="audio"',
      `${id}/playlist.m3u8`,
    ]);
    const audio = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio",URI="audio/playlist.m3u8"';
    this.add('index.m3u8', ['#EXTM3U', audio, ...variants, ''].join('\n'));
  }

  readonly store: Pick<ObjectStore, 'get' | 'delete'> & UploadStore = {
    get: async (key) => {
      this.#mayFail('get');
      this.reads.push(key);
      const body = this.objects.get(key);
      return body && ({ body, etag: '"x"', contentType: '', cacheControl: '' } satisfies StoredObject);
    },
    delete: async (key) => {
      this.objects.delete(key);
      this.files.delete(key);
    },
    beginUpload: async (key) => {
      this.#mayFail('begin');
      const parts = new Map<number, Buffer>();
      return {
        part: async (number, body) => {
          this.#mayFail('part');
          parts.set(number, Buffer.from(body));
        },
        complete: async () => {
          this.#mayFail('complete');
          if (this.files.has(key)) throw new PreconditionFailedError(`${key} is there`);
          const numbers = [...parts.keys()].sort((a, b) => a - b);
          this.files.set(key, Buffer.concat(numbers.map((number) => parts.get(number)!)));
          return { etag: '"file"' };
        },
        abort: async () => void this.aborted.push(key),
      };
    },
  };

  #mayFail(call: string): void {
    if (this.failing.has(call)) throw new Error(`${call} is away`);
  }
}

let made: ReturnType<typeof recordedTracks> | undefined;

/** Those of {@link wholeBroadcast}, encoded once. */
export function usualTracks(): ReturnType<typeof recordedTracks> {
  made ??= recordedTracks();
  return made;
}

/** The usual one: one size, and sound. */
export function wholeBroadcast(): RecordedBroadcast {
  const tracks = usualTracks();
  const broadcast = new RecordedBroadcast();
  broadcast.addTrack('720p', tracks.video, { timescale: 90_000 });
  broadcast.addTrack('audio', tracks.audio, { timescale: 48_000 });
  broadcast.addPlaylist('720p');
  broadcast.addPlaylist('audio');
  broadcast.addIndex(['720p']);
  return broadcast;
}

/** When the picture of this number is shown, in ms: decoding begins at 0, pictures are shown two frames later. */
export function shownAtMs(number: number): number {
  return ((usualTracks().video.samples[0]?.compositionOffsetTicks ?? 0) + number * frameTicks) / 90;
}
