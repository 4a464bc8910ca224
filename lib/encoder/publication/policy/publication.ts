import { segmentName } from '../../../object-store/object-names.ts';
import { type CaptionChannel, namedChannels } from '../../../packaging/codec/avc-captions.ts';
import { defaultPartMs } from '../../../packaging/segment-grid.ts';
import type { Part } from '../../encoding/policy/segmenting/part.ts';
import type { SegmentGroup } from '../../encoding/policy/segmenting/segment-groups.ts';
import type { TrackHeader } from '../../policy/track-header.ts';
import { Availability } from './availability.ts';
import { InitNames, type NumberStart } from './init-names.ts';
import { type LiveNumber, LiveNumbers } from './live/live-numbers.ts';
import type { LiveState } from './live/live-tail.ts';
import { type ObjectWrite, objectWrite } from './object-write.ts';
import { sameHeaders, withNumbers } from './period-log.ts';
import type { PublicationOptions, PublicationState, PublishedPeriod } from './publication-model.ts';
import type { RestoredPublication, UnnamedNumber } from './recovery/restore.ts';
import { Renditions } from './renditions.ts';
import type { SegmentFacts } from './segment-facts.ts';
import { StillPrelude } from './still-prelude.ts';
import { StoredPeriods } from './stored-periods.ts';
import { prefixOf, storedIndex, storedManifests, storedPlaylists } from './stored-texts.ts';

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
  readonly #renditions: Renditions;
  readonly #stored: StoredPeriods;
  readonly #live: LiveNumbers;
  readonly #initNames: InitNames;
  readonly #availability: Availability;
  /** Pictures that no manifest names yet. */
  #prelude?: StillPrelude | undefined;
  readonly #captions: Set<CaptionChannel>;
  /** The store's indexes don't name all of them. */
  #newCaptions = false;
  /** What the previous worker made last: what it stored without naming it was made so as well. */
  readonly #inherited: Pick<PublishedPeriod, 'headers'> | undefined;
  /** What it stored of numbers that are to be made again. */
  #unnamed: readonly UnnamedNumber[];
  #ended = false;
  #changes = 0;
  #parts = 0;
  #rewrites = 0;

  /** With `restored`, continues where another worker stopped. */
  constructor(options: PublicationOptions, restored?: RestoredPublication) {
    this.#options = options;
    this.#renditions = new Renditions(restored?.renditions);
    this.#stored = new StoredPeriods(restored);
    this.#live = new LiveNumbers(restored?.periods.at(-1)?.toNumber);
    this.#initNames = new InitNames(options.epoch);
    this.#availability = new Availability(restored?.availabilityStartMs);
    this.#captions = new Set(restored?.captions);
    this.#inherited = restored?.unnamed?.at(-1) ?? restored?.periods.at(-1);
    this.#unnamed = restored?.unnamed ?? [];
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
    return this.#stored.last !== undefined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The renditions of the newest period, best first. */
  get current(): readonly { id: string; header: TrackHeader }[] {
    const headers = this.#stored.last?.headers ?? new Map<string, TrackHeader>();
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
    return this.#availability.of(number);
  }

  /** The last segment's end in stream time. */
  get endMs(): number {
    return this.#renditions.endMs;
  }

  /** What its segments come to, all renditions together; of those of an earlier worker nearly. */
  get bytes(): number {
    return this.#renditions.bytes;
  }

  /** A part is there. Its number's init segments are named from now on. Returns true if viewers may know of it. */
  part(id: string, part: Part, made: ReadonlyMap<string, TrackHeader>): boolean {
    if (this.#options.latency === 'standard') return false;
    const entry = this.#live.of(part, () => this.#begin(part.number, made));
    if (!entry || !this.#live.add(entry, id, part)) return false;
    this.#parts++;
    this.#availability.hasPart(this.#options.startedAtMs);
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
    const { headers, initName } = entry;
    const objects = [...headers]
      .filter(([id]) => !this.#stored.hasInit(id, initName))
      .map(([id, { init }]) => objectWrite(`${prefixOf(this.#options)}${id}/${initName}`, [init], 'once'));
    this.#stored.noteInits(entry);
    return { objects, commit: () => this.#commit(group, entry, foreign?.() ?? new Map()) };
  }

  /**
   * Says, where another worker looks, with what these groups are made, if that is new: their segments may be stored without a playlist
   * that names them. Write it before them.
   */
  announcement(numbers: readonly number[], nowMs: number): ObjectWrite | undefined {
    const coming = this.#live.all.filter(({ number }) => numbers.includes(number));
    const stored = this.#stored.all;
    const periods = withNumbers(stored, coming);
    if (!this.started || periods.length === stored.length) return undefined;
    const state = this.#state(nowMs);
    return storedIndex(state, { ...this.#marked(state), periods });
  }

  /** Whether the store's playlists are due, if the renditions have not changed. */
  get playlistsDue(): boolean {
    return this.#stored.isNamingDue(this.#options.liveOrigin);
  }

  /** Something is stored that the store's playlists don't name yet. */
  get isUnwritten(): boolean {
    return this.#stored.hasUnnamed;
  }

  /** What is written now is all that is stored now. Call it once `playlists` and `manifests` are stored. */
  written(): void {
    this.#stored.named();
  }

  /**
   * Part of what is missing where pictures joined sound that had been alone; undefined if nothing is. Call it after each group, and
   * until it returns undefined before the recording is closed.
   */
  stills(): PublicationStep | undefined {
    const prelude = this.#prelude;
    if (!prelude) return undefined;
    const initNames = new Set(this.#stored.all.map(({ initName }) => initName));
    const objects = prelude.objects(prefixOf(this.#options), initNames);
    return { objects, commit: prelude.isComplete ? () => this.#showPictures(prelude) : () => false };
  }

  /** What a number that begins now is made with. It stays so, whatever becomes of the numbers before. */
  #begin(number: number, made: ReadonlyMap<string, TrackHeader>): NumberStart {
    if (this.#unnamed.length > 0) this.#adopt(number);
    return this.#initNames.start(made, [...this.#stored.all, ...this.#live.all]);
  }

  /**
   * Takes over what the previous worker stored and nobody makes again, because it lies before the first number that is made. Otherwise
   * those would be gaps.
   */
  #adopt(before: number): void {
    const [left, adopted] = [this.#unnamed, this.#unnamed.filter(({ number }) => number < before)];
    this.#unnamed = [];
    for (const each of adopted) {
      this.#stored.extend(each);
      this.#note(each);
    }
    if (left.length > 0) this.#changes++;
  }

  #commit(group: SegmentGroup, entry: LiveNumber, foreign: ForeignSegments): boolean {
    for (const lost of this.#live.stored(entry)) this.#forget(lost);
    const begins = this.#stored.extend(entry);
    for (const [id, facts] of foreign) this.#noteForeign(id, entry, facts);
    if (entry.headers !== entry.made && !sameHeaders(entry.headers, entry.made))
      this.#notePictures(group, entry.made);
    this.#changes++;
    // Another worker learns from the index which segments there are.
    const lacks = [...entry.headers.keys()].some((id) => !this.#renditions.has(id, entry.number));
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
    if (isSame && facts) this.#renditions.note(id, header, number, facts);
    else this.#renditions.forget(id, number);
    if (isListed) this.#rewrites++;
  }

  #note({ number, headers, facts }: Pick<LiveNumber, 'number' | 'headers' | 'facts'>): void {
    for (const [id, header] of headers) {
      const segment = facts.get(id);
      if (segment && !this.#renditions.has(id, number)) this.#renditions.note(id, header, number, segment);
    }
  }

  #forget({ number, headers, isListed, completeAtMs }: LiveNumber): void {
    if (completeAtMs === undefined) return;
    for (const id of headers.keys()) this.#renditions.forget(id, number);
    this.#changes++;
    if (isListed) this.#rewrites++;
  }

  #notePictures(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>): void {
    if (!this.#prelude || !sameHeaders(this.#prelude.headers, headers)) {
      const before = this.#stored.numbers.filter((number) => number !== group.number);
      this.#prelude = StillPrelude.from(group, headers, before);
    }
    this.#prelude?.add(group);
  }

  #showPictures(prelude: StillPrelude): boolean {
    this.#prelude = undefined;
    this.#stored.complete(prelude.headers);
    for (const [id, header] of prelude.headers)
      if (header.kind === 'video')
        for (const [number, facts] of prelude.segmentsOf(id))
          this.#renditions.note(id, header, number, facts);
    this.#showAhead();
    this.#changes++;
    this.#rewrites++;
    return true;
  }

  /** What is being made has pictures, too, which were kept from viewers until now. */
  #showAhead(): void {
    const last = this.#stored.last!;
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
    return { ...state, renditions: this.#renditions.all };
  }

  /** No group follows: playlists and manifests become those of the recording. */
  end(): void {
    this.#ended = true;
    this.#changes++;
    this.#rewrites++;
  }

  /** What viewers may be told now; undefined before the first segment or part. `nowMs`: Unix time. */
  liveState(nowMs: number): LiveState | undefined {
    const periods = withNumbers(this.#stored.all, this.#live.listed);
    const { parts } = this.#live;
    const open = this.#live.openIn(periods);
    const isLow = this.#options.latency !== 'standard' && !this.#ended && parts !== undefined;
    if (periods.length === 0 && !(isLow && open)) return undefined;
    const listed = periods.at(-1)?.headers;
    const isShown = (id: string): boolean => this.#stored.hasRendition(id) || listed?.has(id) === true;
    const state = this.#stateOf(nowMs, periods, isShown);
    if (!isLow) return { state };
    const { partMs = defaultPartMs } = this.#options;
    return { state, tail: { partMs, ...parts, ...(open && { open }) } };
  }

  /** An init segment that has this name, stored or not. */
  init(id: string, name: string): Buffer | undefined {
    const made = [...this.#stored.all, ...this.#live.all].toReversed();
    return made.find(({ initName, headers }) => initName === name && headers.has(id))?.headers.get(id)?.init;
  }

  #state(nowMs: number): PublicationState {
    return this.#stateOf(nowMs, this.#stored.all, (id) => this.#stored.hasRendition(id));
  }

  #stateOf(
    nowMs: number,
    periods: readonly PublishedPeriod[],
    isShown: (id: string) => boolean,
  ): PublicationState {
    return {
      options: this.#options,
      renditions: this.#renditions.all.filter(({ id }) => isShown(id)),
      periods,
      ...(this.#captions.size > 0 && { captions: namedChannels(this.#captions) }),
      availabilityStartMs: this.#availability.startMs(periods.at(-1)?.toNumber ?? 0, nowMs),
      ended: this.#ended,
    };
  }
}
