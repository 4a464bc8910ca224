import { pMapIterable } from 'p-map';
import type { ObjectStore, Upload } from '../../object-store/ports.ts';
import { parseChunks } from '../../packaging/cmaf/reader.ts';
import { clipEdits } from '../../packaging/mp4/clip-edits.ts';
import { type InBandSets, inBandSets } from '../../packaging/mp4/in-band-sets.ts';
import { type InitTrack, readInitTrack } from '../../packaging/mp4/init-track.ts';
import { movieHead, movieTimescale } from '../../packaging/mp4/movie.ts';
import { SampleTable } from '../../packaging/mp4/sample-table.ts';
import { type CutSample, TrackCut } from '../../packaging/mp4/track-cut.ts';
import { DownloadRefusedError } from './errors.ts';
import type { MoviePlan, PlannedTrack } from './movie-plan.ts';
import { PartSink } from './part-sink.ts';
import type { RecordedSegment } from './policy/recording-playlist.ts';

export interface MovieJob {
  readonly plan: MoviePlan;
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly upload: Upload;
  /** Numbers that are read ahead: each is a segment of every track, a few megabytes. */
  readonly readsAtOnce: number;
  /** Called with how much is written, from 0 to 1. */
  readonly progress: (share: number) => void;
  /** Stops the work; its reason is thrown. */
  readonly signal: AbortSignal;
}

export interface MovieFacts {
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/** What CloudFront delivers as one object. */
const mostBytes = 50_000_000_000;
/** Times are asked for in whole milliseconds: what is that close to a picture's begins with it. */
const roundingMs = 0.5;
/** No picture is shown for longer, except where pictures are missing. */
const pictureMs = 200;
/** What an AAC decoder needs before the first access unit that is heard: its overlap, and one more. */
const audioPrerollTicks = 2 * 1024;

interface MovieSample extends CutSample {
  readonly sizeBytes: number;
  readonly data: Buffer;
  /** What comes before it in the file. */
  readonly sets?: Buffer;
  /** Which sample entry it needs, from 1. */
  readonly entry: number;
}

/**
 * Writes a recording, or a clip of it, as one MP4 file. Each segment is read once: samples go on as they are, with no more than a few
 * parts in memory, and what the head has to say of each (size, time) takes a few bytes. Throws `DownloadRefusedError`, `CmafError` and
 * the store's errors.
 */
export async function writeMovie(job: MovieJob): Promise<MovieFacts> {
  const { plan, objects, upload, readsAtOnce, progress, signal } = job;
  const sink = new PartSink(upload);
  const tracks = plan.tracks.map((planned) => new MovieTrackWriter(planned, plan, objects, sink));
  const read = async (number: number) => {
    signal.throwIfAborted();
    return await Promise.all(tracks.map((track) => track.read(number)));
  };
  try {
    for (const track of tracks) await track.prepare();
    let done = 0;
    for await (const segments of pMapIterable(plan.numbers, read, {
      concurrency: readsAtOnce,
      backpressure: readsAtOnce,
    })) {
      signal.throwIfAborted();
      for (const [at, samples] of segments.entries()) await tracks[at]!.add(samples);
      progress(++done / plan.numbers.length);
      if (sink.mediaBytes > mostBytes) throw new DownloadRefusedError('It would have more than 50 GB.');
    }
    for (const track of tracks) await track.end();
    const written = tracks.filter((track) => track.table.samples > 0);
    if (written.length === 0) throw new DownloadRefusedError('Nothing is recorded of this part.');
    const edits = clipEdits(
      written.map((track) => track.cutTrack),
      plan,
    );
    const movie = written.map((track, at) => ({ ...track.movieTrack, edit: edits[at]! }));
    const sizeBytes = await sink.finish(movieHead(movie, sink.mediaBytes));
    const ticks = Math.max(...edits.map(({ emptyTicks, durationTicks }) => emptyTicks + durationTicks));
    return { sizeBytes, durationMs: Math.round((ticks * 1000) / movieTimescale) };
  } finally {
    // Whoever aborts the upload must not be overtaken by one of its parts.
    await sink.settled();
  }
}

/** One track on its way from segments to the file. */
class MovieTrackWriter {
  readonly table = new SampleTable();
  readonly #planned: PlannedTrack;
  readonly #plan: MoviePlan;
  readonly #objects: MovieJob['objects'];
  readonly #sink: PartSink;
  readonly #inits = new Map<string, Promise<InitTrack>>();
  readonly #entries: Buffer[] = [];
  #first: InitTrack | undefined;
  #inBand: InBandSets | undefined;
  #cut: TrackCut<MovieSample> | undefined;

  constructor(planned: PlannedTrack, plan: MoviePlan, objects: MovieJob['objects'], sink: PartSink) {
    this.#planned = planned;
    this.#plan = plan;
    this.#objects = objects;
    this.#sink = sink;
  }

  get movieTrack() {
    const { kind, timescale, width, height } = this.#known;
    return { kind, timescale, width, height, sampleEntries: this.#entries, table: this.table };
  }

  get cutTrack() {
    const { kind, timescale } = this.#known;
    const { firstTicks, shownTicks, endTicks } = this.#cut!;
    return {
      kind,
      timescale,
      firstDecodeTicks: this.table.firstDecodeTicks,
      firstTicks,
      shownTicks,
      endTicks,
    };
  }

  get #known(): InitTrack {
    return this.#first!;
  }

  /** Learns of all configurations first: with several, the samples of each have to say theirs. */
  async prepare(): Promise<void> {
    const segments = this.#plan.numbers.flatMap((number) => this.#planned.segments.get(number) ?? []);
    const byKey = new Map(segments.map((segment) => [segment.initKey, segment]));
    const inits = await Promise.all([...byKey.values()].map((segment) => this.#initOf(segment)));
    if (this.#planned.rendition.kind === 'video')
      this.#inBand = inBandSets(inits.map(({ sampleEntry }) => sampleEntry));
  }

  /** The samples of a segment; none if the recording lacks it. May be called ahead, for several at once. */
  async read(number: number): Promise<{ init: InitTrack; body: Buffer } | undefined> {
    const segment = this.#planned.segments.get(number);
    if (!segment) return undefined;
    const [found, init] = await Promise.all([this.#objects.get(segment.key), this.#initOf(segment)]);
    if (found) return { init, body: found.body };
    throw new DownloadRefusedError(`Segment ${number} of ${this.#planned.rendition.id} is no longer stored.`);
  }

  /** Call in the order of the numbers. */
  async add(segment: { readonly init: InitTrack; readonly body: Buffer } | undefined): Promise<void> {
    if (!segment) return;
    const { init, body } = segment;
    this.#first ??= init;
    this.#cut ??= new TrackCut(this.#range(init));
    const entry = this.#entryOf(init);
    const sets = this.#inBand?.setsOf(init.sampleEntry);
    const timed = parseChunks(body).flatMap(({ baseMediaDecodeTime, samples }) => {
      let next = Number(baseMediaDecodeTime);
      return samples.map((sample) => {
        const decodeTicks = next;
        next += sample.durationTicks;
        const before = sample.keyframe ? sets : undefined;
        const sizeBytes = sample.data.length + (before?.length ?? 0);
        return { ...sample, sizeBytes, decodeTicks, entry, ...(before && { sets: before }) };
      });
    });
    await this.#write(this.#cut.push(timed));
  }

  async end(): Promise<void> {
    if (this.#cut) await this.#write(this.#cut.end());
  }

  /** Samples that follow one another in the file are a chunk, if they need the same sample entry. */
  async #write(samples: readonly MovieSample[]): Promise<void> {
    for (let from = 0; from < samples.length; ) {
      const { entry } = samples[from]!;
      const next = samples.findIndex((sample, at) => at > from && sample.entry !== entry);
      const chunk = samples.slice(from, next < 0 ? samples.length : next);
      this.table.addChunk(chunk, this.#sink.mediaBytes, entry);
      for (const { sets, data } of chunk) {
        if (sets) await this.#sink.write(sets);
        await this.#sink.write(data);
      }
      from += chunk.length;
    }
  }

  #range({ kind, timescale }: InitTrack) {
    const { fromMs, toMs, tracks } = this.#plan;
    // Where there are pictures, sound is cut to them in the end, which is up to a picture more on each side.
    const isCutToPictures = kind === 'audio' && tracks.length > 1;
    const aside = isCutToPictures ? pictureMs : -roundingMs;
    const ticks = (ms: number): number => (ms * timescale) / 1000;
    return {
      ...(fromMs !== undefined && { fromTicks: ticks(fromMs - aside) }),
      ...(toMs !== undefined && { toTicks: ticks(toMs + aside) }),
      prerollTicks: kind === 'audio' ? audioPrerollTicks : 0,
    };
  }

  #entryOf(init: InitTrack): number {
    const sampleEntry = this.#inBand?.entry ?? init.sampleEntry;
    const known = this.#entries.findIndex((each) => each.equals(sampleEntry));
    return known < 0 ? this.#entries.push(sampleEntry) : known + 1;
  }

  #initOf({ initKey }: RecordedSegment): Promise<InitTrack> {
    const known = this.#inits.get(initKey) ?? this.#readInit(initKey);
    this.#inits.set(initKey, known);
    return known;
  }

  async #readInit(key: string): Promise<InitTrack> {
    const found = await this.#objects.get(key);
    if (!found) throw new DownloadRefusedError('An init segment of the recording is no longer stored.');
    return readInitTrack(found.body);
  }
}
