import type { LatencyMode } from '../../../../control-store/records.ts';
import { dashManifest } from '../../../../packaging/dash/manifest.ts';
import { type HlsSegment, type MediaPlaylistModel, mediaPlaylist } from '../../../../packaging/hls/media.ts';
import { multivariantPlaylist } from '../../../../packaging/hls/multivariant.ts';
import { segmentSeconds, segmentsFor } from '../../../../packaging/segment-grid.ts';
import type { BroadcastId } from '../../../../routing/ids.ts';
import { lowLatencyDashModel } from '../dash/low-latency-dash.ts';
import { dashModel } from '../dash/publication-dash.ts';
import { lowLatencyPlaylistModel, playlistPosition } from '../hls/low-latency-hls.ts';
import { mediaPlaylistModel, multivariantModel } from '../hls/publication-hls.ts';
import { splitHead, WholeLines } from '../hls/whole-lines.ts';
import type { Publication } from '../publication.ts';
import type { PublicationOptions, PublicationState } from '../publication-model.ts';
import { type LiveState, nextPart, withOpenSegment } from './live-tail.ts';
import type { LiveView, PlaylistPosition } from './live-view.ts';

type Scope = 'stream' | 'broadcast';

/** A text, and the version of what it tells. */
interface Rendered {
  readonly version: string;
  readonly text: string | undefined;
}

/** Segments whose lines change from version to version: some name parts, and delta updates have those of the last 12 s. */
const tailSegments = segmentsFor(20_000);

/** Stands for those that a delta update leaves out. */
const leftOut: HlsSegment = { uri: '', mapUri: '', durationSeconds: segmentSeconds, programDateTimeMs: 0 };

/** Renders what viewers of a broadcast may be told now; each version of a text once, however many ask. */
export class LivePublication implements LiveView {
  readonly #options: Omit<PublicationOptions, 'startedAtMs'>;
  readonly #wallMs: () => number;
  #publication?: Publication;
  #state?: { readonly version: string; readonly live: LiveState | undefined };
  readonly #rendered = new Map<string, Rendered>();
  readonly #whole = new Map<string, WholeLines>();
  #targetSeconds = segmentSeconds;

  /** `wallMs`: Unix time. */
  constructor(options: Omit<PublicationOptions, 'startedAtMs'>, wallMs: () => number) {
    this.#options = options;
    this.#wallMs = wallMs;
  }

  /** Before it there is nothing to tell. */
  begin(publication: Publication): void {
    this.#publication = publication;
  }

  get broadcastId(): BroadcastId {
    return this.#options.broadcastId;
  }

  get epoch(): number {
    return this.#options.epoch;
  }

  get latency(): LatencyMode {
    return this.#options.latency ?? 'low';
  }

  get ended(): boolean {
    return this.#publication?.ended === true;
  }

  get renditions(): readonly string[] {
    const live = this.#live;
    return live ? shownState(live).renditions.map(({ id }) => id) : [];
  }

  position(rendition: string): PlaylistPosition | undefined {
    const live = this.#live;
    if (!live || !this.#has(live, rendition)) return undefined;
    const { state, tail } = live;
    if (tail) return playlistPosition(state, tail, rendition);
    const msn = state.periods.at(-1)?.toNumber;
    return msn === undefined ? undefined : { msn };
  }

  mediaPlaylist(rendition: string, skip: boolean): string | undefined {
    const live = this.#live;
    const at = this.position(rendition);
    if (!live || !at) return undefined;
    const parts = live.tail?.parts.get(rendition)?.get(at.msn)?.at(-1)?.run ?? '';
    const version = `${this.#changes} ${at.msn}.${at.part ?? ''}.${parts}`;
    return this.#once(`${rendition}${skip ? ' skip' : ''}`, version, () =>
      this.#playlist(live, rendition, skip),
    );
  }

  index(scope: Scope): string | undefined {
    return this.#once(`index of ${scope}`, this.#indexVersion, () => {
      const live = this.#live;
      return live && multivariantPlaylist(multivariantModel(shownState(live), this.#base(scope)));
    });
  }

  manifest(scope: Scope): string | undefined {
    return this.#once(`manifest of ${scope}`, this.#indexVersion, () => {
      const live = this.#live;
      if (!live) return undefined;
      const { state, tail } = live;
      const base = this.#base(scope);
      const nowMs = this.#wallMs();
      return dashManifest(
        tail ? lowLatencyDashModel(state, tail, base, nowMs) : dashModel(state, base, nowMs),
      );
    });
  }

  init(rendition: string, name: string): Buffer | undefined {
    return this.#publication?.init(rendition, name);
  }

  nextPart(
    rendition: string,
  ): { readonly number: number; readonly index: number; readonly run: number } | undefined {
    const live = this.#live;
    return live?.tail && nextPart(live.state, live.tail, rendition);
  }

  /** What a playlist names besides parts. */
  get #changes(): string {
    return `${this.#publication?.changes} ${this.#publication?.rewrites}`;
  }

  /** Indexes and manifests also name what begins with the open number. */
  get #indexVersion(): string {
    const open = this.#live?.tail?.open;
    return `${this.#changes} ${open?.period.fromNumber} ${open?.period.initName}`;
  }

  get #live(): LiveState | undefined {
    const version = this.#publication?.version;
    if (version === undefined) return undefined;
    if (this.#state?.version !== version)
      this.#state = { version, live: this.#publication?.liveState(this.#wallMs()) };
    return this.#state.live;
  }

  #has(live: LiveState, rendition: string): boolean {
    return shownState(live).renditions.some(({ id }) => id === rendition);
  }

  #base(scope: Scope): string {
    return scope === 'stream' ? `${this.#options.broadcastId}/` : '';
  }

  #once(name: string, version: string, render: () => string | undefined): string | undefined {
    const known = this.#rendered.get(name);
    if (known?.version === version) return known.text;
    const text = render();
    this.#rendered.set(name, { version, text });
    return text;
  }

  #playlist({ state, tail }: LiveState, id: string, skip: boolean): string {
    if (state.ended) return mediaPlaylist(mediaPlaylistModel(state, id));
    const { windowSegments } = this.#options;
    const options = { ...state.options, windowSegments: Math.min(windowSegments, tailSegments) };
    const ending = tail
      ? lowLatencyPlaylistModel({ ...state, options }, tail, id, { skip })
      : mediaPlaylistModel(state, id, options.windowSegments);
    for (const { durationSeconds } of ending.segments)
      this.#targetSeconds = Math.max(this.#targetSeconds, Math.round(durationSeconds));
    const shown = shownState({ state, ...(tail && { tail }) });
    const from = firstInWindow(shown, windowSegments) ?? ending.mediaSequence;
    const model: MediaPlaylistModel = {
      ...ending,
      targetDurationSeconds: this.#targetSeconds,
      mediaSequence: from,
      discontinuitySequence: discontinuitiesBefore(shown, from),
    };
    const older = ending.mediaSequence - from;
    if (skip && model.lowLatency)
      return mediaPlaylist({
        ...model,
        segments: [...new Array<HlsSegment>(older).fill(leftOut), ...ending.segments],
      });
    const [head, rest] = splitHead(mediaPlaylist(model));
    const whole = this.#whole.get(id) ?? new WholeLines(id);
    this.#whole.set(id, whole);
    return head + whole.text(shown, from, ending.mediaSequence, this.#publication?.rewrites ?? 0) + rest;
  }
}

/** With what begins with the open number. */
const shownState = ({ state, tail }: LiveState): PublicationState =>
  tail ? withOpenSegment(state, tail) : state;

function firstInWindow({ periods }: PublicationState, windowSegments: number): number | undefined {
  const [first] = periods;
  return first && Math.max(first.fromNumber, periods.at(-1)!.toNumber - windowSegments + 1);
}

const discontinuitiesBefore = ({ periods }: PublicationState, number: number): number =>
  periods.slice(1).filter(({ fromNumber }) => fromNumber < number).length;
