import type { TrackHeader } from '../../policy/track-header.ts';
import { extendPeriods, type NumberedHeaders } from './period-log.ts';
import { segmentsUntilWrite } from './playlist-pace.ts';
import type { PublishedPeriod } from './publication-model.ts';
import type { RestoredPublication } from './recovery/restore.ts';

/** What the object store has of a broadcast, and how much of that its playlists name. */
export class StoredPeriods {
  readonly #periods: PublishedPeriod[];
  /** `<rendition>/<name>` of init segments that are stored, or are going to be before anything that needs them. */
  readonly #inits = new Set<string>();
  /** Renditions that something stored needs. */
  readonly #ids: Set<string>;
  /** The last number that the store's playlists name. */
  #namedThrough = -1;

  /** `restored`: what another worker stored. */
  constructor(restored?: Pick<RestoredPublication, 'periods' | 'renditions'>) {
    this.#periods = (restored?.periods ?? []).map((period) => ({ ...period }));
    this.#ids = new Set((restored?.renditions ?? []).map(({ id }) => id));
    for (const period of this.#periods) this.noteInits(period);
  }

  get all(): readonly PublishedPeriod[] {
    return this.#periods;
  }

  get last(): PublishedPeriod | undefined {
    return this.#periods.at(-1);
  }

  get numbers(): readonly number[] {
    return this.#periods.flatMap(({ fromNumber, toNumber }) =>
      Array.from({ length: toNumber - fromNumber + 1 }, (_, index) => fromNumber + index),
    );
  }

  hasRendition(id: string): boolean {
    return this.#ids.has(id);
  }

  hasInit(id: string, name: string): boolean {
    return this.#inits.has(`${id}/${name}`);
  }

  noteInits({ initName, headers }: Pick<NumberedHeaders, 'headers' | 'initName'>): void {
    for (const id of headers.keys()) this.#inits.add(`${id}/${initName}`);
  }

  /** The next number is stored. Returns true if a period begins with it. */
  extend(stored: NumberedHeaders): boolean {
    for (const id of stored.headers.keys()) this.#ids.add(id);
    return extendPeriods(this.#periods, stored);
  }

  /** Every period lacked some of these tracks, and has them now. */
  complete(headers: ReadonlyMap<string, TrackHeader>): void {
    for (const [index, period] of this.#periods.entries()) {
      const merged = [...headers].map(([id, header]) => [id, period.headers.get(id) ?? header] as const);
      this.#periods[index] = { ...period, headers: new Map(merged) };
    }
    for (const period of this.#periods) this.noteInits(period);
    for (const id of headers.keys()) this.#ids.add(id);
  }

  /** Whether the store's playlists should name it, if nothing but the number of segments has changed. */
  isNamingDue(liveOrigin: boolean | undefined): boolean {
    const last = this.last?.toNumber ?? -1;
    if (this.#namedThrough < 0) return this.#periods.length > 0;
    return last - this.#namedThrough >= segmentsUntilWrite(liveOrigin);
  }

  /** Something is stored that the store's playlists don't name yet. */
  get hasUnnamed(): boolean {
    return this.last !== undefined && this.last.toNumber > this.#namedThrough;
  }

  /** The store's playlists name all of it. */
  named(): void {
    this.#namedThrough = this.last?.toNumber ?? -1;
  }
}
