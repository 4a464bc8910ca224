import { initName, segmentName } from '../../../object-store/object-names.ts';
import { type CaptionChannel, namedChannels } from '../../../packaging/codec/avc-captions.ts';
import { defaultPartMs, segmentStartMs } from '../../../packaging/segment-grid.ts';
import type { Part } from '../../encoding/policy/segmenting/part.ts';
import type { SegmentGroup } from '../../encoding/policy/segmenting/segment-groups.ts';
import type { TrackHeader } from '../../policy/track-header.ts';
import { type LiveNumber, LiveNumbers } from './live/live-numbers.ts';
import type { LiveState } from './live/live-state.ts';
import { bestFirst, type OpenSegment } from './live/live-tail.ts';
import { type ObjectWrite, objectWrite } from './object-write.ts';
import {
  extendPeriods,
  hasPictures,
  initNameOf,
  type NumberedHeaders,
  sameHeaders,
  soundOf,
  withNumbers,
} from './period-log.ts';
import { segmentsUntilWrite } from './playlist-pace.ts';
import type { PublicationOptions, PublicationState, PublishedPeriod } from './publication-model.ts';
import type { RestoredPublication, UnnamedNumber } from './recovery/restore.ts';
import { Rendition } from './rendition.ts';
import type { SegmentFacts } from './segment-facts.ts';
import { StillPrelude } from './still-prelude.ts';
import { prefixOf, storedIndex, storedManifests, storedPlaylists } from './stored-texts.ts';

/**
 * DASH players request segments by the clock; this margin on top of the first segment's arrival covers those that take
 * longer.
 */
const availabilityMarginMs = 700;
/**
 * With parts it is what a part usually takes, counted from stream time 0 on the clock: how long the first one took would stay in every
 * viewer's latency. Who asks earlier waits for it.
 */
const partMarginMs = 100;
/** How many stills are written at once, where pictures joined sound that had been alone. */
const stillsAtOnce = 100;

/** Objects to write, and what to call once they are: returns true if the renditions change with it. */
export interface PublicationStep {
  readonly objects: readonly ObjectWrite[];
  readonly commit: () => boolean;
}

/**
 * What the store has under the names of a group's segments, by rendition id, where another encoder wrote them first. Undefined if that
 * is no segment.
 */
type ForeignSegments = ReadonlyMap<string, SegmentFacts | undefined>;

/**
 * What viewers can fetch of a broadcast, with two watermarks. The *stored* one is what is in the object store: `media` and
 * `prepareGroup` return the objects to write first, `playlists` and `manifests` those to write once the former are stored, so a
 * reader of the store never sees a name that doesn't exist yet. The *live* one is ahead of it by what may be listed without being
 * stored, and by the parts of the number that is growing: `liveState`.
 */
export class Publication {
  readonly #options: PublicationOptions;
  readonly #renditions = new Map<string, Rendition>();
  /** Of what is stored. */
  readonly #periods: PublishedPeriod[] = [];
  readonly #live: LiveNumbers;
  /** Pictures that no manifest names yet. */
  #prelude?: StillPrelude | undefined;
  #generation = -1;
  /** `<rendition>/<name>` of init segments that are stored, or are going to be before anything that needs them. */
  readonly #storedInits = new Set<string>();
  /** Renditions that something stored needs. */
  readonly #storedIds = new Set<string>();
  readonly #captions = new Set<CaptionChannel>();
  /** The store's indexes don't name all of them. */
  #newCaptions = false;
  /** What the previous worker made last: what it stored without naming it was made so as well. */
  readonly #inherited: Pick<PublishedPeriod, 'headers'> | undefined;
  /** What it stored of numbers that are to be made again. */
  #unnamed: readonly UnnamedNumber[] = [];
  /** The last number that the store's playlists name. */
  #writtenThrough = -1;
  #availabilityStartMs?: number;
  #ended = false;
  #changes = 0;
  #parts = 0;
  #rewrites = 0;

  /** With `restored`, continues where another worker stopped. */
  constructor(options: PublicationOptions, restored?: RestoredPublication) {
    this.#options = options;
    this.#live = new LiveNumbers(restored?.periods.at(-1)?.toNumber);
    if (!restored) return;
    this.#periods.push(...restored.periods.map((period) => ({ ...period })));
    this.#inherited = restored.unnamed?.at(-1) ?? restored.periods.at(-1);
    this.#unnamed = restored.unnamed ?? [];
    for (const rendition of restored.renditions) {
      this.#renditions.set(rendition.id, rendition);
      this.#storedIds.add(rendition.id);
    }
    for (const period of restored.periods) this.#noteInits(period);
    for (const channel of restored.captions ?? []) this.#captions.add(channel);
    this.#availabilityStartMs = restored.availabilityStartMs;
  }

  get options(): PublicationOptions {
    return this.#options;
  }

  /** Unix ms of stream time 0. */
  get startedAtMs(): number {
    return this.#options.startedAtMs;
  }

  /** Epoch of the lease that it is written under. */
  get epoch(): number {
    return this.#options.epoch;
  }

  /** The store has something of it. */
  get started(): boolean {
    return this.#periods.length > 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The renditions of the newest period, best first. */
  get current(): readonly { id: string; header: TrackHeader }[] {
    const headers = this.#periods.at(-1)?.headers ?? new Map<string, TrackHeader>();
    return [...headers].map(([id, header]) => ({ id, header }));
  }

  /** Grows with all that changes what viewers may be told, except parts. */
  get changes(): number {
    return this.#changes;
  }

  /** Grows when segments that were listed change. */
  get rewrites(): number {
    return this.#rewrites;
  }

  /** Changes with all that viewers may be told. */
  get version(): string {
    return `${this.#changes} ${this.#parts}`;
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
      const last = segments.get(segments.lastNumber);
      return last ? ((last.startTicks + last.durationTicks) * 1000) / header.timescale : 0;
    });
    return Math.max(0, ...ends);
  }

  /** What its segments come to, all renditions together; of those of an earlier worker nearly. */
  get bytes(): number {
    return [...this.#renditions.values()].reduce((sum, { segments }) => sum + segments.bytes, 0);
  }

  /** A part is there. Its number's init segments are named from now on. Returns true if viewers may know of it. */
  part(id: string, part: Part, made: ReadonlyMap<string, TrackHeader>): boolean {
    if (this.#options.latency === 'standard') return false;
    const entry = this.#live.of(part, () => this.#begin(part.number, made));
    if (!entry || !this.#live.add(entry, id, part)) return false;
    this.#parts++;
    this.#availabilityStartMs ??= this.#options.startedAtMs + partMarginMs;
    return entry === this.#live.open && entry.headers.has(id);
  }

  /** Captions are in the pictures, from now on or as before. Returns true if that is new. */
  captions(channel: CaptionChannel): boolean {
    if (this.#captions.has(channel)) return false;
    this.#captions.add(channel);
    this.#newCaptions = true;
    this.#changes++;
    return true;
  }

  /** A group is complete: it will be listed, whether or not the store has it. `nowMs`: monotonic. */
  complete(group: SegmentGroup, made: ReadonlyMap<string, TrackHeader>, nowMs = 0): LiveNumber | undefined {
    const entry = this.#live.of(group, () => this.#begin(group.number, made));
    if (!entry || entry.completeAtMs !== undefined) return entry;
    this.#live.complete(entry, group.segments, nowMs);
    this.#note(entry);
    return entry;
  }

  /** Lists what has waited for the store long enough; returns true if something was. `nowMs`: monotonic. */
  list(nowMs: number): boolean {
    const isNew = this.#live.list(nowMs);
    if (isNew) this.#changes++;
    return isNew;
  }

  /** The store will never have this group: it becomes a gap. */
  drop(number: number): void {
    const entry = this.#live.find(number);
    if (!entry) return;
    this.#live.drop(entry);
    this.#forget(entry);
  }

  /** The segments of a group, which can be written in any order. */
  media(group: SegmentGroup): { readonly id: string; readonly object: ObjectWrite }[] {
    const name = segmentName(group.number);
    return [...group.segments].map(([id, { chunks }]) => ({
      id,
      object: objectWrite(`${prefixOf(this.#options)}${id}/${name}`, chunks.flat(), 'once'),
    }));
  }

  /**
   * What must be stored before a group's segments: init segments, if they change. `commit` adds the group to what is stored; without
   * it the group becomes a gap. Groups are committed in order.
   */
  prepareGroup(
    group: SegmentGroup,
    made: ReadonlyMap<string, TrackHeader>,
    foreign?: () => ForeignSegments,
  ): PublicationStep {
    const entry = this.complete(group, made);
    if (!entry) return { objects: [], commit: () => false };
    const objects = [...entry.headers].flatMap(([id, { init }]) => {
      const name = `${id}/${entry.initName}`;
      return this.#storedInits.has(name) ? [] : [objectWrite(prefixOf(this.#options) + name, [init], 'once')];
    });
    this.#noteInits(entry);
    return { objects, commit: () => this.#commit(group, entry, foreign?.() ?? new Map()) };
  }

  /**
   * Says, where another worker looks, with what these groups are made, if that is new: their segments may be stored without a playlist
   * that names them. Write it before them.
   */
  announcement(numbers: readonly number[], nowMs: number): ObjectWrite | undefined {
    const coming = this.#live.all.filter(({ number }) => numbers.includes(number));
    const periods = withNumbers(this.#periods, coming);
    if (!this.started || periods.length === this.#periods.length) return undefined;
    const state = this.#state(nowMs);
    return storedIndex(state, { ...this.#marked(state), periods });
  }

  /** Whether the store's playlists are due, if the renditions have not changed. */
  get playlistsDue(): boolean {
    const last = this.#periods.at(-1)?.toNumber ?? -1;
    if (this.#writtenThrough < 0) return this.started;
    return last - this.#writtenThrough >= segmentsUntilWrite(this.#options.liveOrigin);
  }

  /** Something is stored that the store's playlists don't name yet. */
  get isUnwritten(): boolean {
    return this.started && this.#periods.at(-1)!.toNumber > this.#writtenThrough;
  }

  /** What is written now is all that is stored now. Call it once `playlists` and `manifests` are stored. */
  written(): void {
    this.#writtenThrough = this.#periods.at(-1)?.toNumber ?? -1;
  }

  /**
   * Part of what is missing where pictures joined sound that had been alone; undefined if nothing is. Call it after each group, and
   * until it returns undefined before the recording is closed.
   */
  stills(): PublicationStep | undefined {
    const prelude = this.#prelude;
    if (!prelude) return undefined;
    const prefix = prefixOf(this.#options);
    const objects = prelude
      .make(stillsAtOnce)
      .map(({ id, number, body }) => objectWrite(`${prefix}${id}/${segmentName(number)}`, body, 'once'));
    if (!prelude.isComplete) return { objects, commit: () => false };
    const names = new Set(this.#periods.map((period) => period.initName));
    for (const [id, { kind, init }] of prelude.headers)
      if (kind === 'video')
        for (const name of names) objects.push(objectWrite(`${prefix}${id}/${name}`, [init], 'once'));
    return { objects, commit: () => this.#showPictures(prelude) };
  }

  /**
   * Takes over what the previous worker stored and nobody makes again, because it lies before the first number that is made. Otherwise
   * those would be gaps.
   */
  #adopt(before: number): void {
    const [left, adopted] = [this.#unnamed, this.#unnamed.filter(({ number }) => number < before)];
    this.#unnamed = [];
    for (const each of adopted) {
      extendPeriods(this.#periods, each);
      for (const [id, facts] of each.facts) {
        const header = each.headers.get(id);
        if (header) this.#rendition(id, header).note(each.number, facts);
      }
    }
    if (left.length > 0) this.#changes++;
  }

  /** What a number that begins now is made with. It stays so, whatever becomes of the numbers before. */
  #begin(
    number: number,
    made: ReadonlyMap<string, TrackHeader>,
  ): Pick<LiveNumber, 'made' | 'headers' | 'initName'> {
    if (this.#unnamed.length > 0) this.#adopt(number);
    const before: readonly NumberedHeaders[] = this.#live.all;
    const periods = [...this.#periods, ...before];
    const headers = this.#joins(made, periods) ? soundOf(made) : made;
    const last = periods.at(-1);
    if (last && sameHeaders(last.headers, headers))
      return { made, headers: last.headers, initName: last.initName };
    const known = initNameOf(periods, headers);
    // A name that was given out is never given to other bytes, even if the segments that needed it were lost.
    return { made, headers, initName: known ?? initName(this.#options.epoch, ++this.#generation) };
  }

  #commit(group: SegmentGroup, entry: LiveNumber, foreign: ForeignSegments): boolean {
    for (const lost of this.#live.stored(entry)) this.#forget(lost);
    const begins = extendPeriods(this.#periods, entry);
    for (const id of entry.headers.keys()) this.#storedIds.add(id);
    for (const [id, facts] of foreign) this.#noteForeign(id, entry, facts);
    if (entry.headers !== entry.made && !sameHeaders(entry.headers, entry.made))
      this.#notePictures(group, entry.made);
    this.#changes++;
    // Another worker learns from the index which segments there are.
    const lacks = [...entry.headers.keys()].some(
      (id) => !this.#renditions.get(id)?.segments.has(entry.number),
    );
    const namesCaptions = this.#newCaptions;
    this.#newCaptions = false;
    return begins || lacks || namesCaptions;
  }

  /**
   * Another encoder's segment has this name, and keeps it. It can be played if it needs the same init segment; otherwise this rendition
   * has no segment of that number.
   */
  #noteForeign(id: string, { number, headers, isListed }: LiveNumber, facts: SegmentFacts | undefined): void {
    const header = headers.get(id);
    if (!header) return;
    const isSame = this.#inherited?.headers.get(id)?.init.equals(header.init) === true;
    if (isSame && facts) this.#rendition(id, header).note(number, facts);
    else this.#renditions.get(id)?.forget(number);
    if (isListed) this.#rewrites++;
  }

  #note({ number, headers, facts }: LiveNumber): void {
    for (const [id, header] of headers) {
      const segment = facts.get(id);
      if (segment && !this.#renditions.get(id)?.segments.has(number))
        this.#rendition(id, header).note(number, segment);
    }
  }

  #forget({ number, headers, isListed, completeAtMs }: LiveNumber): void {
    if (completeAtMs === undefined) return;
    for (const id of headers.keys()) this.#renditions.get(id)?.forget(number);
    this.#changes++;
    if (isListed) this.#rewrites++;
  }

  #noteInits({ initName: name, headers }: Pick<LiveNumber, 'headers' | 'initName'>): void {
    for (const id of headers.keys()) this.#storedInits.add(`${id}/${name}`);
  }

  /** Whether pictures come to a broadcast that has only had sound. */
  #joins(
    headers: ReadonlyMap<string, TrackHeader>,
    before: readonly { readonly headers: ReadonlyMap<string, TrackHeader> }[],
  ): boolean {
    const had = before.some((period) => hasPictures(period.headers));
    return before.length > 0 && !had && hasPictures(headers);
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
    for (const period of this.#periods) this.#noteInits(period);
    for (const [id, header] of headers) {
      this.#storedIds.add(id);
      if (header.kind !== 'video') continue;
      const rendition = this.#rendition(id, header);
      for (const [number, facts] of prelude.segmentsOf(id)) rendition.note(number, facts);
    }
    this.#showAhead();
    this.#changes++;
    this.#rewrites++;
    return true;
  }

  /** What is being made has pictures, too, which were kept from viewers until now. */
  #showAhead(): void {
    const last = this.#periods.at(-1)!;
    for (const entry of this.#live.all)
      if (sameHeaders(last.headers, entry.made)) {
        entry.headers = last.headers;
        this.#note(entry);
      }
  }

  /** The store's media playlists. `nowMs`: Unix time. */
  playlists(nowMs: number): ObjectWrite[] {
    return storedPlaylists(this.#state(nowMs));
  }

  /**
   * What links to the playlists and segments: the broadcast's objects, then the stream's. Multivariant playlists are included
   * `withIndexes`, when renditions have changed.
   */
  manifests(nowMs: number, withIndexes = true): [broadcast: ObjectWrite[], stream: ObjectWrite[]] {
    const state = this.#state(nowMs);
    return storedManifests(state, withIndexes ? this.#marked(state) : undefined, nowMs);
  }

  /** What another worker is told of: every rendition, shown or not. */
  #marked(state: PublicationState): PublicationState {
    return { ...state, renditions: bestFirst([...this.#renditions.values()]) };
  }

  /** No group follows: playlists and manifests become those of the recording. */
  end(): void {
    this.#ended = true;
    this.#changes++;
    this.#rewrites++;
  }

  /** What viewers may be told now; undefined before the first segment or part. `nowMs`: Unix time. */
  liveState(nowMs: number): LiveState | undefined {
    const periods = withNumbers(this.#periods, this.#live.listed);
    const { open, parts } = this.#live;
    const isLow = this.#options.latency !== 'standard' && !this.#ended && parts !== undefined;
    if (periods.length === 0 && !(isLow && open)) return undefined;
    const listed = new Set(periods.slice(-1).flatMap(({ headers }) => [...headers.keys()]));
    const state = this.#stateOf(nowMs, periods, (id) => this.#storedIds.has(id) || listed.has(id));
    if (!isLow) return { state };
    const { partMs = defaultPartMs } = this.#options;
    return { state, tail: { partMs, ...parts, ...(open && { open: openSegment(open, periods) }) } };
  }

  /** An init segment that has this name, stored or not. */
  init(id: string, name: string): Buffer | undefined {
    const made = [...this.#periods, ...this.#live.all].toReversed();
    return made.find(({ initName: each, headers }) => each === name && headers.has(id))?.headers.get(id)
      ?.init;
  }

  #state(nowMs: number): PublicationState {
    return this.#stateOf(nowMs, this.#periods, (id) => this.#storedIds.has(id));
  }

  #stateOf(
    nowMs: number,
    periods: readonly PublishedPeriod[],
    isShown: (id: string) => boolean,
  ): PublicationState {
    const lastNumber = periods.at(-1)?.toNumber ?? 0;
    this.#availabilityStartMs ??= nowMs - segmentEndMs(lastNumber) + availabilityMarginMs;
    return {
      options: this.#options,
      renditions: bestFirst([...this.#renditions.values()].filter(({ id }) => isShown(id))),
      periods,
      ...(this.#captions.size > 0 && { captions: namedChannels(this.#captions) }),
      availabilityStartMs: this.#availabilityStartMs,
      ended: this.#ended,
    };
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
}

const segmentEndMs = (number: number): number => segmentStartMs(number + 1);

/** The number that grows, in the last period or in one that begins with it. */
function openSegment(open: LiveNumber, periods: readonly PublishedPeriod[]): OpenSegment {
  const { number } = open;
  const last = periods.at(-1);
  const period = withNumbers(periods, [open]).at(-1)!;
  return {
    number,
    period: last?.fromNumber === period.fromNumber ? last : { ...period, toNumber: number - 1 },
  };
}
