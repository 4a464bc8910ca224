import { deliveryRuleFor } from '../../../edge/policy/delivery.ts';
import { epochMark } from '../../../object-store/epoch-mark.ts';
import {
  broadcastPrefix,
  dashManifestName,
  hlsIndexName,
  hlsPlaylistName,
  initName,
  segmentName,
  streamPrefix,
} from '../../../object-store/object-names.ts';
import { dashManifest } from '../../../packaging/dash/manifest.ts';
import { mediaPlaylist, slideWindow } from '../../../packaging/hls/media.ts';
import { multivariantPlaylist } from '../../../packaging/hls/multivariant.ts';
import { segmentStartMs } from '../../../packaging/segment-grid.ts';
import type { SegmentGroup } from '../../encoding/policy/segment-groups.ts';
import type { Segment } from '../../encoding/policy/segmenter.ts';
import type { TrackHeader } from '../../policy/track-header.ts';
import { indexMarks } from './index-marks.ts';
import { ratesMark } from './measured-rates.ts';
import { dashModel } from './publication-dash.ts';
import { mediaPlaylistModel, multivariantModel } from './publication-hls.ts';
import type { PublicationOptions, PublicationState, PublishedPeriod } from './publication-model.ts';
import { Rendition } from './rendition.ts';
import type { RestoredPublication } from './restore.ts';
import { StillPrelude } from './still-prelude.ts';

/** One object to write. `once`: only if it doesn't exist; `replace`: over our last version. */
export interface ObjectWrite {
  readonly key: string;
  readonly body: readonly Uint8Array[];
  readonly contentType: string;
  readonly cacheControl: string;
  readonly how: 'once' | 'replace';
}

/**
 * DASH players request segments by the clock; this margin on top of the first segment's arrival covers those that take
 * longer.
 */
const availabilityMarginMs = 700;
/** How many stills are written at once, where pictures joined sound that had been alone. */
const stillsAtOnce = 100;

/** Objects to write, and what to call once they are: returns true if the renditions change with it. */
export interface PublicationStep {
  readonly objects: readonly ObjectWrite[];
  readonly commit: () => boolean;
}

/**
 * A broadcast's content in the origin. `media` and `prepareGroup` return the objects to write first, `playlists` and
 * `manifests` those to write once the former are stored, so a reader never sees a name that doesn't exist yet.
 */
export class Publication {
  readonly #options: PublicationOptions;
  readonly #renditions = new Map<string, Rendition>();
  readonly #periods: PublishedPeriod[] = [];
  /** Pictures that no manifest names yet. */
  #prelude?: StillPrelude | undefined;
  #generation = -1;
  #availabilityStartMs?: number;
  #ended = false;

  /** With `restored`, continues where another worker stopped. */
  constructor(options: PublicationOptions, restored?: RestoredPublication) {
    this.#options = options;
    if (!restored) return;
    this.#periods.push(...restored.periods);
    for (const rendition of restored.renditions) this.#renditions.set(rendition.id, rendition);
    this.#availabilityStartMs = restored.availabilityStartMs;
  }

  /** Unix ms of stream time 0. */
  get startedAtMs(): number {
    return this.#options.startedAtMs;
  }

  /** Epoch of the lease that it is written under. */
  get epoch(): number {
    return this.#options.epoch;
  }

  get started(): boolean {
    return this.#periods.length > 0;
  }

  /** The renditions of the newest period, best first. */
  get current(): readonly { id: string; header: TrackHeader }[] {
    const headers = this.#periods.at(-1)?.headers ?? new Map<string, TrackHeader>();
    return [...headers].map(([id, header]) => ({ id, header }));
  }

  /** Unix ms from which players may request this segment; undefined before the first one is stored. */
  availableAtMs(number: number): number | undefined {
    return this.#availabilityStartMs === undefined
      ? undefined
      : this.#availabilityStartMs + segmentEndMs(number);
  }

  /** The last segment's end in stream time. */
  get endMs(): number {
    const ends = [...this.#renditions.values()].map(({ header, segments }) => {
      const last = [...segments.values()].at(-1);
      return last ? ((last.startTicks + last.durationTicks) * 1000) / header.timescale : 0;
    });
    return Math.max(0, ...ends);
  }

  /** The segments of a group, which can be written in any order. */
  media(group: SegmentGroup): ObjectWrite[] {
    const name = segmentName(group.number);
    return [...group.segments].map(([id, { chunks }]) =>
      object(`${this.#prefix()}${id}/${name}`, chunks.flat(), 'once'),
    );
  }

  /**
   * What a group needs besides its segments: init segments, if they change. `commit` adds the group; without it the group becomes a
   * gap. Handle one group at a time.
   */
  prepareGroup(group: SegmentGroup, made: ReadonlyMap<string, TrackHeader>): PublicationStep {
    const prefix = this.#prefix();
    const headers = this.#joins(made) ? soundOf(made) : made;
    const { period, inits, isNew } = this.#periodFor(group.number, headers);
    const objects: ObjectWrite[] = inits.map(([id, init]) =>
      object(`${prefix}${id}/${period.initName}`, [init], 'once'),
    );
    const commit = (): boolean => {
      if (isNew) this.#periods.push(period);
      if (inits.length > 0) this.#generation++;
      period.toNumber = group.number;
      for (const [id, segment] of group.segments) {
        const header = headers.get(id);
        if (header) this.#add(id, header, group.number, segment);
      }
      if (headers !== made) this.#notePictures(group, made);
      return isNew;
    };
    return { objects, commit };
  }

  /**
   * Part of what is missing where pictures joined sound that had been alone; undefined if nothing is. Call it after each group, and
   * until it returns undefined before the recording is closed.
   */
  stills(): PublicationStep | undefined {
    const prelude = this.#prelude;
    if (!prelude) return undefined;
    const prefix = this.#prefix();
    const objects = prelude
      .make(stillsAtOnce)
      .map(({ id, number, body }) => object(`${prefix}${id}/${segmentName(number)}`, body, 'once'));
    if (!prelude.isComplete) return { objects, commit: () => false };
    const names = new Set(this.#periods.map((period) => period.initName));
    for (const [id, { kind, init }] of prelude.headers)
      if (kind === 'video')
        for (const name of names) objects.push(object(`${prefix}${id}/${name}`, [init], 'once'));
    return { objects, commit: () => this.#showPictures(prelude) };
  }

  /** Whether pictures come to a broadcast that has only had sound. */
  #joins(headers: ReadonlyMap<string, TrackHeader>): boolean {
    const had = this.#periods.some((period) => hasPictures(period.headers));
    return this.#periods.length > 0 && !had && hasPictures(headers);
  }

  #notePictures(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>): void {
    if (!this.#prelude || !sameHeaders(this.#prelude.headers, headers)) {
      const numbers = this.#periods.flatMap(({ fromNumber, toNumber }) =>
        Array.from({ length: toNumber - fromNumber + 1 }, (_, index) => fromNumber + index),
      );
      this.#prelude = StillPrelude.from(
        group,
        headers,
        numbers.filter((number) => number !== group.number),
      );
    }
    this.#prelude?.add(group);
  }

  #showPictures(prelude: StillPrelude): boolean {
    this.#prelude = undefined;
    const { headers } = prelude;
    for (const [index, period] of this.#periods.entries()) {
      const merged = [...headers].map(([id, header]) => [id, period.headers.get(id) ?? header] as const);
      this.#periods[index] = { ...period, headers: new Map(merged) };
    }
    for (const [id, header] of headers) {
      if (header.kind !== 'video') continue;
      const rendition = this.#rendition(id, header);
      for (const [number, facts] of prelude.segmentsOf(id)) rendition.note(number, facts);
    }
    return true;
  }

  /** The current media playlists. `nowMs`: Unix time at which the first of them was written. */
  playlists(nowMs: number): ObjectWrite[] {
    const state = this.#state(nowMs);
    return state.renditions.map((rendition) => {
      const { id } = rendition;
      const model = mediaPlaylistModel(state, id);
      const shown = this.#ended ? model : slideWindow(model, this.#options.windowSegments);
      const rates = this.#ended ? undefined : rendition.rates;
      const text = mediaPlaylist(shown) + (rates ? ratesMark(rates) : '');
      return this.#replaced(`${this.#prefix()}${id}/${hlsPlaylistName}`, text);
    });
  }

  /**
   * What links to the playlists and segments: the broadcast's objects, then the stream's. MPDs name every segment and change
   * with each; multivariant playlists are included `withIndexes`, when renditions have changed.
   */
  manifests(nowMs: number, withIndexes = true): [broadcast: ObjectWrite[], stream: ObjectWrite[]] {
    const state = this.#state(nowMs);
    const { region, streamId, broadcastId } = this.#options;
    const make = (prefix: string, base: string): ObjectWrite[] => {
      const mpd = this.#replaced(prefix + dashManifestName, dashManifest(dashModel(state, base, nowMs)));
      if (!withIndexes) return [mpd];
      const marks = base === '' && !this.#ended ? indexMarks(state) : '';
      const index = multivariantPlaylist(multivariantModel(state, base)) + marks;
      return [this.#replaced(prefix + hlsIndexName, index), mpd];
    };
    return [make(this.#prefix(), ''), make(streamPrefix(region, streamId), `${broadcastId}/`)];
  }

  /** No group follows: playlists and manifests become those of the recording. */
  end(): void {
    this.#ended = true;
  }

  #state(nowMs: number): PublicationState {
    const lastNumber = this.#periods.at(-1)?.toNumber ?? 0;
    this.#availabilityStartMs ??= nowMs - segmentEndMs(lastNumber) + availabilityMarginMs;
    const rank = ({ header }: Rendition): number =>
      header.kind === 'video' ? header.height * header.width : -1;
    return {
      options: this.#options,
      renditions: [...this.#renditions.values()].sort((a, b) => rank(b) - rank(a)),
      periods: this.#periods,
      availabilityStartMs: this.#availabilityStartMs,
      ended: this.#ended,
    };
  }

  #periodFor(
    number: number,
    headers: ReadonlyMap<string, TrackHeader>,
  ): { period: PublishedPeriod; inits: [string, Buffer][]; isNew: boolean } {
    const last = this.#periods.at(-1);
    const whole = last !== undefined && last.toNumber + 1 === number;
    if (whole && sameHeaders(last.headers, headers)) return { period: last, inits: [], isNew: false };
    const known = this.#initNameOf(headers);
    const period = {
      fromNumber: number,
      toNumber: number,
      initName: known ?? initName(this.#options.epoch, this.#generation + 1),
      continues: whole && goesOn(last.headers, headers),
      headers,
    };
    return { period, inits: known ? [] : [...headers].map(([id, { init }]) => [id, init]), isNew: true };
  }

  /** The newest name that all these init segments are stored under, possibly by another worker; a rung may come back after long. */
  #initNameOf(headers: ReadonlyMap<string, TrackHeader>): string | undefined {
    const stored = new Map<string, Map<string, Buffer>>();
    for (const period of this.#periods.toReversed()) {
      const inits = stored.get(period.initName) ?? new Map<string, Buffer>();
      for (const [id, { init }] of period.headers) inits.set(id, init);
      stored.set(period.initName, inits);
    }
    for (const [name, inits] of stored)
      if ([...headers].every(([id, { init }]) => inits.get(id)?.equals(init))) return name;
    return undefined;
  }

  #add(id: string, header: TrackHeader, number: number, segment: Segment): void {
    this.#rendition(id, header).note(number, segment);
  }

  #rendition(id: string, header: TrackHeader): Rendition {
    const known = this.#renditions.get(id);
    if (known) {
      known.header = header;
      return known;
    }
    const rendition = new Rendition(id, header);
    this.#renditions.set(id, rendition);
    return rendition;
  }

  #replaced(key: string, body: string): ObjectWrite {
    return object(key, [Buffer.from(body + epochMark(key, this.#options.epoch), 'utf8')], 'replace');
  }

  #prefix(): string {
    const { region, streamId, broadcastId } = this.#options;
    return broadcastPrefix(region, streamId, broadcastId);
  }
}

const hasPictures = (headers: ReadonlyMap<string, TrackHeader>): boolean =>
  [...headers.values()].some(({ kind }) => kind === 'video');

const soundOf = (headers: ReadonlyMap<string, TrackHeader>): ReadonlyMap<string, TrackHeader> =>
  new Map([...headers].filter(([, { kind }]) => kind === 'audio'));

const segmentEndMs = (number: number): number => segmentStartMs(number + 1);

/** Whether players can go on with each kind of track: a rendition that both have, and none that changed. */
function goesOn(last: ReadonlyMap<string, TrackHeader>, next: ReadonlyMap<string, TrackHeader>): boolean {
  const common = [...next].filter(([id]) => last.has(id));
  const kinds = new Set(common.map(([, { kind }]) => kind));
  return (
    [...next.values()].every(({ kind }) => kinds.has(kind)) &&
    common.every(([id, { init }]) => last.get(id)?.init.equals(init))
  );
}

function sameHeaders(a: ReadonlyMap<string, TrackHeader>, b: ReadonlyMap<string, TrackHeader>): boolean {
  return a === b || (a.size === b.size && [...a].every(([id, { init }]) => b.get(id)?.init.equals(init)));
}

function object(key: string, body: readonly Uint8Array[], how: ObjectWrite['how']): ObjectWrite {
  const rule = deliveryRuleFor(key);
  if (!rule) throw new TypeError(`No delivery rule matches ${key}`);
  return { key, body, contentType: rule.contentType, cacheControl: rule.cacheControl, how };
}
