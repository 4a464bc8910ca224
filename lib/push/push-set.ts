import type { PushStanding, PushState } from '../control-store/push-states.ts';
import type { DestinationRecord, StreamRecord } from '../control-store/records.ts';
import type { PublishTap } from '../ingest/ports.ts';
import { openDestinationKey } from '../routing/destination-key.ts';
import { checkTargetUrl } from '../routing/target-address.ts';
import { ChannelFeed } from './channel-feed.ts';
import { Destination, type PushTarget } from './destination.ts';
import { MediaSource } from './policy/media-source.ts';
import type { PushContext, PushSetFacts } from './push-context.ts';
import { PushReport } from './push-report.ts';

/** The API allows a stream no more than this; any further ones in a record are ignored. */
const maxDestinations = 5;
/** How often a live stream's settings are read again: a change takes effect within this time. */
const rereadMs = 4_000;
const shedReportEveryMs = 10_000;
/** Time for the final messages to other servers and to the store. */
const endMs = 5_000;

interface Push {
  readonly record: DestinationRecord;
  readonly destination: Destination;
  /** Since when it hasn't been live; if it is live, since when it hadn't been before. */
  tryingSinceMs: number;
  /** The last state reported. */
  state: PushState;
  sinceMs: number;
  shedReportedMs: number;
  shedMessages: number;
}

/** All pushes of one publish session: they follow the stream's settings while it is live. */
export class PushSet implements PublishTap {
  readonly #context: PushContext;
  readonly #facts: PushSetFacts;
  readonly #source: MediaSource;
  readonly #report: PushReport;
  /** Set if a managed channel encodes the broadcast. */
  readonly #feed?: ChannelFeed;
  readonly #pushes = new Map<string, Push>();
  /** Pushes that were removed from the settings and are closing. */
  readonly #leaving = new Set<Push>();
  #phase: 'waiting' | 'on-air' | 'ending' | 'over' = 'waiting';
  #readMs = 0;
  #reading = false;
  #settingsUnread = false;
  #endedMs = 0;
  #changed = false;

  constructor(context: PushContext, facts: PushSetFacts) {
    this.#context = context;
    this.#facts = facts;
    this.#source = new MediaSource(facts.chunkState);
    if (facts.stream.encoder === 'medialive') this.#feed = new ChannelFeed(context, facts);
    const { store, clock, memberId, emit } = context;
    const about = { session: facts.sessionId, stream: facts.stream.id };
    this.#report = new PushReport({
      store,
      clock,
      streamId: facts.stream.id,
      sessionId: facts.sessionId,
      proxyId: memberId,
      onFault: (cause) => emit('push.store.unavailable', { ...about, cause }),
    });
  }

  /** Nothing is left to do. */
  get over(): boolean {
    return this.#phase === 'over';
  }

  get load(): { live: number; failing: number } {
    const states = [...this.#pushes.values()].map(({ destination }) => destination.state);
    return {
      live: states.filter((state) => state === 'live').length,
      failing: states.filter((state) => state === 'waiting' || state === 'refused').length,
    };
  }

  onAir(): void {
    if (this.#phase !== 'waiting') return;
    this.#phase = 'on-air';
    this.#readMs = this.#context.clock.nowMs();
    this.#safely(() => this.#follow(this.#facts.stream));
  }

  take(bytes: Uint8Array): void {
    if (this.#phase === 'ending' || this.#phase === 'over') return;
    this.#source.wanted = this.#wantsMedia;
    this.#safely(() => {
      for (const { message, headers } of this.#source.take(bytes, this.#context.clock.nowMs())) {
        for (const { destination } of this.#pushes.values()) destination.offer(message, headers);
        this.#feed?.offer(message, headers);
      }
    });
  }

  flush(): void {
    this.#safely(() => {
      for (const { destination } of this.#pushes.values()) destination.flush();
      this.#feed?.flush();
    });
  }

  ended(): void {
    if (this.#phase === 'ending' || this.#phase === 'over') return;
    this.#phase = 'ending';
    this.#endedMs = this.#context.clock.nowMs();
    for (const push of this.#pushes.values()) push.destination.stop();
    this.#feed?.stop();
    this.#reportChanges();
    this.#report.flushSoon();
  }

  /** Checks deadlines, settings and reports; called several times a second. */
  tick(): void {
    const nowMs = this.#context.clock.nowMs();
    for (const { destination } of [...this.#pushes.values(), ...this.#leaving]) destination.tick();
    if (this.#phase !== 'waiting') this.#feed?.tick();
    if (this.#phase === 'on-air' && !this.#reading && nowMs - this.#readMs >= rereadMs) void this.#reread();
    this.#reportShed(nowMs);
    this.#reportChanges();
    this.#report.tick();
    if (this.#phase === 'ending') this.#endIfDone(nowMs);
  }

  /** Whatever goes wrong here, the session continues without its pushes. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (cause) {
      const { sessionId: session, stream } = this.#facts;
      this.#context.emit('push.source.lost', { session, stream: stream.id, cause });
      this.ended();
    }
  }

  get #wantsMedia(): boolean {
    for (const { destination } of this.#pushes.values()) if (destination.wantsMedia) return true;
    return this.#feed?.wantsMedia === true;
  }

  async #reread(): Promise<void> {
    const { store, clock, emit } = this.#context;
    const { stream, sessionId: session } = this.#facts;
    this.#reading = true;
    try {
      const found = await store.getStream(stream.id);
      this.#settingsUnread = false;
      if (this.#phase === 'on-air') this.#follow(found);
    } catch (cause) {
      if (!this.#settingsUnread) emit('push.store.unavailable', { session, stream: stream.id, cause });
      this.#settingsUnread = true;
    } finally {
      this.#reading = false;
      this.#readMs = clock.nowMs();
    }
  }

  /** Starts and stops pushes to match the settings. */
  #follow(stream: StreamRecord | undefined): void {
    // Another service would show it to anyone.
    const isPrivate = stream?.playback === 'signed';
    const isPushed = stream !== undefined && stream.takenDown === undefined && !isPrivate;
    const wanted = isPushed ? (stream.destinations ?? []).slice(0, maxDestinations) : [];
    const byId = new Map(wanted.filter(({ enabled }) => enabled).map((record) => [record.id, record]));
    for (const [id, push] of this.#pushes) {
      const record = byId.get(id);
      if (
        record !== undefined &&
        record.url === push.record.url &&
        record.sealedKey === push.record.sealedKey
      ) {
        byId.delete(id);
        continue;
      }
      this.#changed = true;
      this.#pushes.delete(id);
      this.#leaving.add(push);
      push.destination.stop();
    }
    for (const record of byId.values()) this.#begin(record);
    this.#reportChanges();
  }

  #begin(record: DestinationRecord): void {
    const { clock } = this.#context;
    const { resolve, dial, budget, limits, allowed } = this.#context;
    const destination = new Destination({
      target: this.#targetOf(record),
      resolve,
      dial,
      clock,
      budget,
      limits,
      allowed,
      onChange: () => {
        this.#changed = true;
      },
    });
    this.#changed = true;
    this.#pushes.set(record.id, {
      record,
      destination,
      tryingSinceMs: clock.nowMs(),
      state: 'connecting',
      sinceMs: clock.wallMs(),
      shedReportedMs: Number.NEGATIVE_INFINITY,
      shedMessages: 0,
    });
  }

  #targetOf({ id, url, sealedKey }: DestinationRecord): PushTarget {
    const { pepper, allowed } = this.#context;
    const checked = checkTargetUrl(url, allowed);
    if (!checked.ok) return { ok: false, fault: `invalid address (${checked.fault})` };
    const place = { pepper, streamId: this.#facts.stream.id, destinationId: id };
    try {
      return { ok: true, url: checked.url, key: openDestinationKey(sealedKey, place) };
    } catch {
      return {
        ok: false,
        fault: 'its stream key can no longer be read; remove the destination and add it again',
      };
    }
  }

  /** Reports what has changed since the last call. */
  #reportChanges(): void {
    if (!this.#changed) return;
    this.#changed = false;
    for (const push of [...this.#pushes.values(), ...this.#leaving]) this.#reportChange(push);
    for (const push of this.#leaving) if (push.destination.over) this.#leaving.delete(push);
    this.#report.update([...this.#pushes.values()].map(standingOf));
  }

  #reportChange(push: Push): void {
    const { clock } = this.#context;
    const { destination, record } = push;
    const { state } = destination;
    if (state === push.state) return;
    if (push.state === 'live') push.tryingSinceMs = clock.nowMs();
    push.state = state;
    push.sinceMs = clock.wallMs();
    const named = { destination: record.name };
    const facts = { session: this.#facts.sessionId, stream: this.#facts.stream.id, destination: record.id };
    const { emit } = this.#context;
    const detail = destination.detail ?? 'connection failed';
    const { sentMs, againMs } = destination;
    if (state === 'live') {
      emit('push.live', facts);
      const tookMs = Math.round(clock.nowMs() - push.tryingSinceMs);
      this.#report.append('simulcast.live', { ...named, tookMs });
    } else if (state === 'waiting') {
      emit('push.waiting', { ...facts, detail, againMs });
      this.#report.append('simulcast.waiting', { ...named, detail, againMs });
    } else if (state === 'refused') {
      emit('push.refused', { ...facts, detail });
      this.#report.append('simulcast.refused', { ...named, detail });
    } else if (state === 'ended') {
      emit('push.ended', { ...facts, sentMs });
      if (destination.everLive) this.#report.append('simulcast.ended', { ...named, sentMs });
    }
  }

  #reportShed(nowMs: number): void {
    for (const push of this.#pushes.values()) {
      const { messages, bytes } = push.destination.shed;
      if (messages === push.shedMessages || nowMs - push.shedReportedMs < shedReportEveryMs) continue;
      push.shedReportedMs = nowMs;
      push.shedMessages = messages;
      const { sessionId: session, stream } = this.#facts;
      const destination = push.record.id;
      this.#context.emit('push.shed', { session, stream: stream.id, destination, messages, bytes });
    }
  }

  #endIfDone(nowMs: number): void {
    const pushes = [...this.#pushes.values(), ...this.#leaving];
    const fed = this.#feed === undefined || this.#feed.over;
    const done = fed && pushes.every(({ destination }) => destination.over) && this.#report.settled;
    if (!done && nowMs - this.#endedMs < endMs) return;
    this.#phase = 'over';
    const { events, cause } = this.#report.unwritten;
    const { sessionId: session, stream } = this.#facts;
    if (events > 0) this.#context.emit('push.journal.lost', { session, stream: stream.id, events, cause });
  }
}

function standingOf({ record, destination, state, sinceMs }: Push): PushStanding {
  const { detail } = destination;
  return { id: record.id, state, sinceMs, ...(detail !== undefined && { detail }) };
}
