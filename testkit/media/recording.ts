import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { ObjectStore } from '../../lib/object-store/ports.ts';

export interface RecordedPacket {
  readonly ptsMs: number;
  readonly durationMs: number;
  readonly keyframe: boolean;
}

export interface ListedSegment {
  readonly uri: string;
  readonly duration: number;
  readonly discontinuity?: boolean;
  readonly map?: { readonly uri: string } | null;
}

export interface ListedPlaylist {
  readonly endlist?: boolean;
  readonly mediaSequenceBase?: number;
  readonly segments: readonly ListedSegment[];
  readonly variants: readonly {
    readonly uri: string;
    readonly bandwidth: number;
    readonly averageBandwidth?: number;
    readonly resolution?: { width: number; height: number };
  }[];
}

/** hls-parser, an independent playlist parser, is a CommonJS module. */
const hls = createRequire(import.meta.url)('hls-parser') as { parse(text: string): ListedPlaylist };

/** A broadcast in the object store, read back by independent tools. */
export class Recording {
  readonly #objects: ObjectStore;
  readonly #prefix: string;

  constructor(objects: ObjectStore, prefix: string) {
    this.#objects = objects;
    this.#prefix = prefix;
  }

  async playlist(path: string): Promise<ListedPlaylist> {
    return hls.parse((await this.#body(path)).toString('utf8'));
  }

  /** Every packet of a rendition, found by ffprobe in its segments, in playlist order. */
  async packets(rendition: string): Promise<RecordedPacket[]> {
    return probePackets(await this.media(rendition));
  }

  /** Init segments and segments of a rendition, concatenated in playlist order. */
  async media(rendition: string): Promise<Buffer> {
    const { segments } = await this.playlist(`${rendition}/playlist.m3u8`);
    const bodies: Buffer[] = [];
    let map = '';
    for (const segment of segments) {
      if (segment.map && segment.map.uri !== map) {
        map = segment.map.uri;
        bodies.push(await this.#body(`${rendition}/${map}`));
      }
      bodies.push(await this.#body(`${rendition}/${segment.uri}`));
    }
    return Buffer.concat(bodies);
  }

  /** Bits and seconds of each segment of a rendition, in playlist order. */
  async sizes(rendition: string): Promise<{ bits: number; seconds: number }[]> {
    const { segments } = await this.playlist(`${rendition}/playlist.m3u8`);
    return Promise.all(
      segments.map(async ({ uri, duration }) => {
        const body = await this.#body(`${rendition}/${uri}`);
        return { bits: body.length * 8, seconds: duration };
      }),
    );
  }

  /** The packets of a single segment, read with its init segment. */
  async segmentPackets(rendition: string, init: string, number: number): Promise<RecordedPacket[]> {
    const bodies = [await this.#body(`${rendition}/${init}`), await this.#body(`${rendition}/${number}.m4s`)];
    return probePackets(Buffer.concat(bodies));
  }

  async #body(path: string): Promise<Buffer> {
    const key = new URL(path, `http://store/${this.#prefix}`).pathname.slice(1);
    const object = await this.#objects.get(key);
    if (!object) throw new Error(`No object ${key}`);
    return object.body;
  }
}

/** Every packet of a piece of media (init segment and media segments, concatenated), found by ffprobe. */
export async function probePackets(media: Uint8Array): Promise<RecordedPacket[]> {
  const child = spawn('ffprobe', [
    ...['-v', 'error', '-show_entries', 'packet=pts_time,duration_time,flags', '-of', 'csv=p=0', 'pipe:0'],
  ]);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(media);
  await new Promise((resolve) => child.on('close', resolve));
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const [pts, duration, flags = ''] = line.split(',');
      return {
        ptsMs: Number(pts) * 1000,
        durationMs: Number(duration) * 1000,
        keyframe: flags.startsWith('K'),
      };
    });
}
