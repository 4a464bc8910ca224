import { spriteName, spriteNamePattern } from '../../../../object-store/object-names.ts';
import { cellsPerSprite, type Sprite } from '../../../../packaging/storyboard/cells.ts';
import {
  isStackable,
  type JpegPicture,
  readJpeg,
  stackJpegs,
} from '../../../../packaging/storyboard/jpeg.ts';
import { namedSprites } from '../../../../packaging/storyboard/webvtt.ts';

/** Pictures of consecutive cells that fit below one another. */
interface Strip {
  readonly from: number;
  readonly pictures: JpegPicture[];
  /** Nothing is added any more. */
  isClosed: boolean;
}

export interface SpriteToWrite {
  readonly sprite: Sprite;
  readonly body: Buffer;
}

/** Strips in memory: the open one, and those before it that playlists which are still in caches may name, or that the store lacks. */
const keptStrips = 3;
/** As the store fails: half an hour, some 3 MB. */
const mostStrips = 30;
/** A day. Of longer broadcasts the beginning has no pictures. */
const mostSprites = 24 * 60;

/**
 * Which picture shows which cell, and the sprites that they are in. One cell has one picture: the first one that came, whichever run
 * made it. What an earlier worker stored stays as it is.
 */
export class Storyboard {
  readonly #epoch: number;
  /** In the store, by ascending cell. */
  #stored: readonly Sprite[];
  /** Not all in the store, by ascending cell; the last one may be open. */
  #strips: Strip[] = [];
  /** The first cell that has no picture and none after it. */
  #next: number;
  #version = 0;

  constructor(epoch: number, stored: readonly Sprite[] = []) {
    this.#epoch = epoch;
    this.#stored = stored.toSorted((a, b) => a.from - b.from);
    this.#next = Math.max(0, ...stored.map(({ from, count }) => from + count));
  }

  /** Grows with all that changes. */
  get version(): number {
    return this.#version;
  }

  /** There is something to show. */
  get hasPictures(): boolean {
    return this.#stored.length > 0 || this.#strips.length > 0;
  }

  /** Cells of the open strip. */
  get openCells(): number {
    const last = this.#strips.at(-1);
    return last && !last.isClosed ? last.pictures.length : 0;
  }

  /** Adds a cell's picture; returns false if there is one, or this is none. */
  add(cell: number, jpeg: Buffer): boolean {
    if (cell < this.#next) return false;
    const picture = readJpeg(jpeg);
    if (!picture) return false;
    const last = this.#strips.at(-1);
    const continues = last && !last.isClosed && cell === last.from + last.pictures.length;
    if (continues && isStackable(last.pictures[0]!, picture)) last.pictures.push(picture);
    else {
      this.close();
      this.#strips.push({ from: cell, pictures: [picture], isClosed: false });
      this.#shed();
    }
    this.#next = cell + 1;
    this.#version++;
    const open = this.#strips.at(-1)!;
    if (open.pictures.length >= cellsPerSprite) open.isClosed = true;
    return true;
  }

  /** Cells without a picture between what an earlier worker stored and this one's first, at most so many of the last ones. */
  missing(most: number): number[] {
    const from = Math.max(0, ...this.#stored.map((sprite) => sprite.from + sprite.count));
    const to = this.#strips[0]?.from ?? from;
    const first = Math.max(from, to - most);
    return Array.from({ length: to - first }, (_, index) => first + index);
  }

  /** Adds pictures of missing cells. */
  fill(pictures: ReadonlyMap<number, Buffer>): void {
    const strips: Strip[] = [];
    for (const [cell, jpeg] of [...pictures].sort(([a], [b]) => a - b)) {
      const picture = readJpeg(jpeg);
      if (!picture || this.#has(cell)) continue;
      const last = strips.at(-1);
      const continues = last && cell === last.from + last.pictures.length;
      if (continues && last.pictures.length < cellsPerSprite && isStackable(last.pictures[0]!, picture))
        last.pictures.push(picture);
      else strips.push({ from: cell, pictures: [picture], isClosed: true });
    }
    this.#strips = [...strips, ...this.#strips].sort((a, b) => a.from - b.from);
    this.#version++;
  }

  #has(cell: number): boolean {
    const covers = (from: number, count: number): boolean => from <= cell && cell < from + count;
    return (
      this.#stored.some(({ from, count }) => covers(from, count)) ||
      this.#strips.some(({ from, pictures }) => covers(from, pictures.length))
    );
  }

  /** What comes next begins another sprite. */
  close(): void {
    const last = this.#strips.at(-1);
    if (last) last.isClosed = true;
  }

  /** What is complete and not stored. */
  unwritten(): SpriteToWrite[] {
    return this.#strips
      .filter((strip) => strip.isClosed && !this.#isStored(strip))
      .map((strip) => ({ sprite: this.#spriteOf(strip), body: stackJpegs(strip.pictures) }));
  }

  /** What there is of the open strip, as a sprite. */
  unfinished(): SpriteToWrite | undefined {
    const last = this.#strips.at(-1);
    if (!last || last.isClosed) return undefined;
    return { sprite: this.#spriteOf(last), body: stackJpegs(last.pictures) };
  }

  /** The store has it. It takes the place of a shorter one. */
  written(sprite: Sprite): void {
    const others = this.#stored.filter(({ from }) => from !== sprite.from);
    this.#stored = [...others, sprite].toSorted((a, b) => a.from - b.from).slice(-mostSprites);
    this.#shed();
    this.#version++;
  }

  /** What the store has. */
  get stored(): readonly Sprite[] {
    return this.#stored;
  }

  /** What there is, stored or not, from this cell on: the open strip's pictures each as a sprite of its own. */
  live(fromCell: number): Sprite[] {
    const strips = this.#strips.flatMap((strip): Sprite[] => {
      const sprite = this.#spriteOf(strip);
      if (strip.isClosed) return [sprite];
      return strip.pictures.map((_, index) => ({ ...sprite, from: strip.from + index, count: 1 }));
    });
    const isHeld = ({ from }: Sprite): boolean =>
      this.#strips.some((strip) => from >= strip.from && from < strip.from + strip.pictures.length);
    return [...this.#stored.filter((sprite) => !isHeld(sprite)), ...strips]
      .filter(({ from, count }) => from + count > fromCell)
      .sort((a, b) => a.from - b.from);
  }

  /** The first cell that has no picture and none after it. */
  get nextCell(): number {
    return this.#next;
  }

  /** A sprite that `live` named, or has named a while ago. */
  bytes(from: number, count: number, epoch: number): Buffer | undefined {
    if (epoch !== this.#epoch) return undefined;
    const strip = this.#strips.find((each) => from >= each.from && from < each.from + each.pictures.length);
    const pictures = strip?.pictures.slice(from - strip.from, from - strip.from + count) ?? [];
    return pictures.length === count && count > 0 ? stackJpegs(pictures) : undefined;
  }

  #spriteOf({ from, pictures }: Strip): Sprite {
    const { width, height } = pictures[0]!;
    return { from, count: pictures.length, epoch: this.#epoch, width, height };
  }

  #isStored({ from, pictures }: Strip): boolean {
    return this.#stored.some((sprite) => sprite.from === from && sprite.count === pictures.length);
  }

  #shed(): void {
    const surplus = this.#strips.length - keptStrips;
    this.#strips = this.#strips.filter(
      (strip, at) => at >= surplus || (!this.#isStored(strip) && at >= this.#strips.length - mostStrips),
    );
  }
}

export const nameOf = ({ from, count, epoch }: Sprite): string => spriteName(from, count, epoch);

/** The sprites that a stored storyboard names. */
export const storedSprites = (text: string): Sprite[] =>
  namedSprites(text).flatMap(({ name, width, height }) => {
    const said = spriteNamePattern.exec(name)?.slice(1).map(Number);
    const [from = 0, count = 0, epoch = 0] = said ?? [];
    return said ? [{ from, count, epoch, width, height }] : [];
  });
