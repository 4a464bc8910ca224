import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDiskObjectStore } from '../../../lib/adapters/local/disk/disk-object-store.ts';
import {
  BroadcastPictures,
  type BroadcastPicturesOptions,
} from '../../../lib/encoder/publication/broadcast-pictures.ts';
import { storedSprites } from '../../../lib/encoder/publication/policy/pictures/storyboard.ts';
import type { RestoredPublication } from '../../../lib/encoder/publication/policy/recovery/restore.ts';
import { epochOf } from '../../../lib/object-store/epoch-mark.ts';
import { ObjectStoreUnavailableError } from '../../../lib/object-store/errors.ts';
import type { ObjectStore } from '../../../lib/object-store/ports.ts';
import { cellMs, cellsPerSprite } from '../../../lib/packaging/storyboard/cells.ts';
import type { BroadcastId, StreamId } from '../../../lib/routing/ids.ts';
import { smallJpeg } from '../../../testkit/media/small-jpeg.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let disk: ObjectStore;
beforeAll(async () => {
  folder = await temporaryFolder();
  disk = await openDiskObjectStore(folder.path);
});
afterAll(() => folder.remove());

const broadcastId = 'b' as BroadcastId;
let streams = 0;

/** Pictures of a broadcast whose stream nobody has used before, and what comes of them. */
function setUp(more: Partial<BroadcastPicturesOptions> = {}, restored?: RestoredPublication) {
  const streamId = (more.streamId ?? `s${++streams}`) as StreamId;
  const superseded: number[] = [];
  const faults: unknown[] = [];
  const pictures = new BroadcastPictures(
    {
      region: 'local',
      broadcastId,
      epoch: 1,
      objects: disk,
      windowSegments: 900,
      startedAtMs: () => 0,
      startEncoder: () => {
        throw new Error('No picture is missing');
      },
      ffmpeg: { release: { major: 7, minor: 0 }, year: 2024 },
      ...more,
      streamId,
    },
    {
      mayWrite: async () => true,
      superseded: (epoch) => superseded.push(epoch),
      picturesFaulted: (cause) => faults.push(cause),
    },
    restored,
  );
  const prefix = `local/${streamId}/`;
  const textOf = async (key: string): Promise<string> =>
    (await disk.get(prefix + key))?.body.toString('latin1') ?? '';
  const names = async (): Promise<string[]> =>
    (await disk.list(prefix, { limit: 1000 })).keys.map((key) => key.slice(prefix.length));
  return { pictures, streamId, superseded, faults, textOf, names };
}

const tile = (pictures: BroadcastPictures, cell: number): void =>
  pictures.add('tile', cell * cellMs, smallJpeg(`<${cell}>`));

describe('The pictures of a broadcast', () => {
  test('are whole in the store once it is over: sprites, the storyboards that name them, and one poster that shows something', async () => {
    const { pictures, textOf, names, faults } = setUp();
    for (let cell = 0; cell < cellsPerSprite + 2; cell++) {
      tile(pictures, cell);
      pictures.add('poster', cell * cellMs, smallJpeg(cell === 3 ? 'a lot to see' : 'slate'));
    }
    await pictures.close(1000);
    expect(await names()).toEqual([
      'b/poster.jpg',
      'b/storyboard-0-15-1.jpg',
      'b/storyboard-15-2-1.jpg',
      'b/storyboard.vtt',
      'poster.jpg',
      'storyboard.vtt',
    ]);
    const text = await textOf('b/storyboard.vtt');
    expect(text).toContain('\n00:01:04.000 --> 00:01:08.000\nstoryboard-15-2-1.jpg#xywh=0,144,256,144\n');
    expect(text).toMatch(/\n\nNOTE epoch 1\n$/);
    // From where the stream's is, too.
    expect(await textOf('storyboard.vtt')).toContain('\nb/storyboard-15-2-1.jpg#xywh=');
    expect(await textOf('b/poster.jpg')).toContain('a lot to see');
    // Where the broadcast is deleted this tells that the stream's poster is its.
    expect(await textOf('poster.jpg')).toMatch(/b\/\nepoch 1.*a lot to see/s);
    expect(pictures.storyboard('broadcast')).toBe(text.replace('NOTE epoch 1\n', ''));
    expect(faults).toEqual([]);
  });

  test('are there for live viewers at once, and only the window of them', () => {
    const { pictures } = setUp({ windowSegments: 10 });
    for (let cell = 0; cell < 100; cell++) tile(pictures, cell);
    pictures.add('poster', 0, smallJpeg('poster'));
    const text = pictures.storyboard('stream')!;
    expect(text).toContain('\n00:06:36.000 --> 00:06:40.000\nb/storyboard-99-1-1.jpg#xywh=0,0,256,144\n');
    expect(text).not.toContain('\n00:04:00.000');
    expect(pictures.sprite(99, 1, 1)?.includes('<99>')).toBe(true);
    expect(pictures.poster()?.includes('poster')).toBe(true);
    pictures.stop();
  });

  test('without live origins are in the store every 8 seconds, the newest poster too', async () => {
    const { pictures, textOf } = setUp({ liveOrigin: false });
    for (let cell = 0; cell < 4; cell++) {
      pictures.add('poster', cell * cellMs, smallJpeg(`poster of ${cell} ${'.'.repeat(10 - cell)}`));
      tile(pictures, cell);
    }
    await pictures.leaveOpen(1000);
    expect(await textOf('poster.jpg')).toContain('poster of 3');
    expect(storedSprites(await textOf('b/storyboard.vtt'))).toMatchObject([{ from: 0, count: 4 }]);
    expect(await textOf('b/storyboard-0-4-1.jpg')).toContain('<3>');
  });

  test('wait for a store that is away, and then are written', async () => {
    let isAway = true;
    const objects = {
      ...disk,
      get: disk.get.bind(disk),
      put: async (...args: Parameters<ObjectStore['put']>) => {
        if (isAway) {
          isAway = false;
          throw new ObjectStoreUnavailableError('away');
        }
        return disk.put(...args);
      },
    } as ObjectStore;
    const { pictures, names, faults } = setUp({ objects });
    tile(pictures, 0);
    await pictures.close(5000);
    expect(await names()).toContain('b/storyboard-0-1-1.jpg');
    expect(faults).toEqual([]);
  });

  test('of a worker that lost the broadcast replace nothing of its successor’s', async () => {
    const next = setUp({ epoch: 2 });
    tile(next.pictures, 0);
    next.pictures.add('poster', 0, smallJpeg('the successor’s'));
    await next.pictures.leaveOpen(1000);
    const late = setUp({ streamId: next.streamId, epoch: 1 });
    late.pictures.add('poster', 0, smallJpeg('the predecessor’s, which is much larger than the other'));
    tile(late.pictures, 1);
    await late.pictures.close(1000);
    expect(late.superseded).toEqual([2]);
    expect(late.faults).toEqual([]);
    expect(epochOf((await disk.get(`local/${next.streamId}/b/poster.jpg`))!.body)).toBe(2);
    expect(await next.textOf('storyboard.vtt')).toContain('storyboard-0-1-2.jpg');
  });

  test('go on behind what an earlier worker stored', async () => {
    const first = setUp();
    tile(first.pictures, 0);
    first.pictures.add('poster', 0, smallJpeg('the best picture'));
    await first.pictures.leaveOpen(1000);
    const stored = storedSprites(await first.textOf('b/storyboard.vtt'));
    const restored = { periods: [], pictures: { sprites: stored, posterBytes: 500 } };
    const second = setUp({ streamId: first.streamId, epoch: 2 }, restored as unknown as RestoredPublication);
    tile(second.pictures, 1);
    second.pictures.add('poster', 0, smallJpeg('another'));
    await second.pictures.close(1000);
    const sprites = storedSprites(await second.textOf('b/storyboard.vtt'));
    expect(sprites.map(({ from, epoch }) => [from, epoch])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(await second.textOf('b/poster.jpg')).toContain('the best picture');
  });

  test('are none for sound alone, and those of the stream’s last broadcast are not taken for its', async () => {
    const seen = setUp();
    tile(seen.pictures, 0);
    await seen.pictures.close(1000);
    const heard = setUp({ streamId: seen.streamId, epoch: 2, broadcastId: 'c' as BroadcastId });
    await heard.pictures.close(1000);
    expect(await heard.names()).toEqual(['b/storyboard-0-1-1.jpg', 'b/storyboard.vtt', 'storyboard.vtt']);
    expect(storedSprites(await heard.textOf('storyboard.vtt'))).toEqual([]);
    const first = setUp();
    await first.pictures.close(1000);
    expect(await first.names()).toEqual([]);
  });
});
