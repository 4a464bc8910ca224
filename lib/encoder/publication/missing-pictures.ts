import pMap from 'p-map';
import { segmentName } from '../../object-store/object-names.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import { segmentNumberAt } from '../../packaging/segment-grid.ts';
import { cellAt, cellMs } from '../../packaging/storyboard/cells.ts';
import { SmjpegError, SmjpegReader } from '../../protocol/smjpeg/reader.ts';
import { type FrameMode, storedTiles } from '../encoding/policy/ffmpeg/picture-outputs.ts';
import type { StartEncoder } from '../ports.ts';
import type { RestoredPublication } from './policy/recovery/restore.ts';

export interface MissingPicturesOptions {
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly startEncoder: StartEncoder;
  readonly frameMode: FrameMode;
  /** Where the broadcast's objects are. */
  readonly prefix: string;
  readonly restored: Pick<RestoredPublication, 'periods'>;
}

/** A picture takes milliseconds. */
const timeoutMs = 10_000;
const readsAtOnce = 4;

/**
 * The storyboard's pictures of cells whose media is stored, from its key frames: what a worker that died had made of them was only in its
 * memory. Those that can't be made are missing from what it returns. Throws the object store's errors.
 */
export async function missingPictures(
  cells: readonly number[],
  options: MissingPicturesOptions,
): Promise<ReadonlyMap<number, Buffer>> {
  const wanted = cells.flatMap((cell) => sourceOf(cell, options) ?? []);
  const pictures = new Map<number, Buffer>();
  for (const init of new Set(wanted.map((each) => each.init))) {
    const alike = wanted.filter((each) => each.init === init);
    const segments = await pMap(alike, async ({ key }) => (await options.objects.get(key))?.body ?? [], {
      concurrency: readsAtOnce,
    });
    const made = await decode([init, ...segments.flat()], alike[0]!, options);
    for (const [cell, jpeg] of made)
      if (cells.includes(cell) && !pictures.has(cell)) pictures.set(cell, jpeg);
  }
  return pictures;
}

interface Source {
  readonly key: string;
  readonly init: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The segment that the cell begins with, of the smallest rendition. */
function sourceOf(cell: number, { restored, prefix }: MissingPicturesOptions): Source | undefined {
  const number = segmentNumberAt(cell * cellMs);
  const period = restored.periods.find(
    ({ fromNumber, toNumber }) => fromNumber <= number && number <= toNumber,
  );
  const [id, header] = [...(period?.headers ?? [])].findLast(([, { kind }]) => kind === 'video') ?? [];
  if (header?.kind !== 'video') return undefined;
  const { init, width, height } = header;
  return { key: `${prefix}${id}/${segmentName(number)}`, init, width, height };
}

function decode(
  media: readonly Buffer[],
  size: { readonly width: number; readonly height: number },
  { startEncoder, frameMode }: MissingPicturesOptions,
): Promise<ReadonlyMap<number, Buffer>> {
  const made = new Map<number, Buffer>();
  const reader = new SmjpegReader();
  return new Promise((resolve) => {
    const ffmpeg = startEncoder(storedTiles(size, frameMode), 0, {
      output() {},
      outputEnded() {},
      exited() {
        clearTimeout(timer);
        resolve(made);
      },
      pictures: {
        pipes: 1,
        output(_, bytes) {
          try {
            for (const { timestampMs, jpeg } of reader.push(bytes)) made.set(cellAt(timestampMs), jpeg);
          } catch (cause) {
            if (!(cause instanceof SmjpegError)) throw cause;
            ffmpeg.kill();
          }
        },
      },
    });
    const timer = setTimeout(() => ffmpeg.kill(), timeoutMs);
    ffmpeg.write(media);
    ffmpeg.endInput();
  });
}
