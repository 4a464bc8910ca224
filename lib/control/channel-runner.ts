import { defaultLadder } from '../config/ladder.ts';
import type { StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { ChannelIndexWriter } from './channel-index-writer.ts';
import { isStillWanted, leaseNote } from './policy/channel-demand.ts';
import { channelFailures } from './policy/channel-failures.ts';
import {
  type ChannelCommand,
  type ChannelEvent,
  type ChannelStep,
  channelStep,
  isLeaving,
  lookAt,
  stateLimitMs,
} from './policy/channel-machine.ts';
import { type ChannelPlan, type PlanOptions, planChannel } from './policy/channel-plan.ts';
import { type ChannelSight, type InputSight, ManagedEncoderError } from './policy/channel-sights.ts';
import type { StreamDocument } from './policy/documents.ts';
import { ConditionFailedError } from './policy/errors.ts';
import {
  type ChannelRun,
  isOpen,
  type ManagedChannel,
  runsOf,
  type UntoldEvent,
  withRun,
} from './policy/managed-channel.ts';
import { channelCost } from './policy/managed-cost.ts';
import { type StreamEventData, streamEvent } from './policy/stream-events.ts';
import type { ControlStore, ManagedEncoder } from './ports.ts';

export type ChannelStore = Pick<
  ControlStore,
  | 'getDocument'
  | 'putDocument'
  | 'listOpenDocuments'
  | 'getStream'
  | 'getLease'
  | 'getBroadcast'
  | 'appendEvent'
>;

export interface ChannelRunnerParts {
  readonly store: ChannelStore;
  readonly encoder: ManagedEncoder;
  readonly index: Pick<ChannelIndexWriter, 'publish'>;
  readonly plan: PlanOptions;
  readonly emit: EmitEvent;
  readonly nowMs: () => number;
  /** Resolves after so long. */
  readonly pause: (ms: number) => Promise<void>;
}

type ChannelDocument = StreamDocument<'channel'>;
/** What a look or a command taught. */
type Facts = Partial<Pick<ChannelRun, 'inputId' | 'endpoints' | 'channelId' | 'startedAtMs'>>;

/** After this, the playlists of one pipeline will do. */
const onePipelineAfterMs = 20_000;
/** In these states something is about to come of which nobody tells: so it is looked for again at once. */
const watched: ReadonlySet<string> = new Set(['creating-input', 'creating-channel', 'ready', 'running']);
const lookEveryMs = 1_500;
/** Steps that one drive takes at most, so that no fault makes it go round for ever. */
const maxSteps = 200;

/**
 * Drives managed channels from state to state. Each step is written into the document before its command is given, so
 * whoever drives next gives it again; every write names the version that it read, so of two drivers one begins anew.
 */
export class ChannelRunner {
  readonly #parts: ChannelRunnerParts;

  constructor(parts: ChannelRunnerParts) {
    this.#parts = parts;
  }

  /** All streams whose document says that work is left, side by side. One that fails does not hold up the others. */
  async driveAll(patienceMs = 0): Promise<void> {
    const drives: Promise<void>[] = [];
    for await (const streamId of this.#open()) {
      const failed = (cause: unknown) => this.#parts.emit('managed.drive.failed', { streamId, cause });
      drives.push(this.drive(streamId, patienceMs).catch(failed));
    }
    await Promise.all(drives);
  }

  /** The stream that has this channel; undefined where no open document names it. */
  async ownerOf(channelId: string): Promise<StreamId | undefined> {
    for await (const streamId of this.#open()) {
      const document = await this.#parts.store.getDocument(streamId, 'channel');
      if (document && runsOf(document.body).some((run) => run.channelId === channelId)) return streamId;
    }
    return undefined;
  }

  /**
   * Takes a stream's channels as far as they go now. While one starts it looks again and again until `patienceMs` are over;
   * what takes long (starting, stopping, deleting) it leaves to whoever drives next.
   */
  async drive(streamId: StreamId, patienceMs = 0): Promise<void> {
    const { store, nowMs, pause } = this.#parts;
    const until = nowMs() + patienceMs;
    for (let step = 0; step < maxSteps; step++) {
      const document = await store.getDocument(streamId, 'channel');
      if (!document?.open) return;
      try {
        if (await this.#advance(document)) continue;
      } catch (cause) {
        // Another driver, or the proxy, wrote it meanwhile.
        if (cause instanceof ConditionFailedError) continue;
        throw cause;
      }
      if (!watched.has(document.body.state) || nowMs() >= until) return;
      await pause(lookEveryMs);
    }
  }

  /** True where the document changed, so that it is to be read again. */
  async #advance(document: ChannelDocument): Promise<boolean> {
    if (await this.#tell(document)) return true;
    if (await this.#withdraw(document)) return true;
    for (const run of runsOf(document.body)) if (await this.#advanceRun(document, run)) return true;
    if (isOpen(document.body)) return false;
    await this.#parts.store.putDocument({ ...document, open: false });
    return false;
  }

  /** Tells first, forgets then: a line may be told twice, but never not at all. */
  async #tell(document: ChannelDocument): Promise<boolean> {
    const { body, streamId } = document;
    const [line] = body.untold;
    if (!line) return false;
    const { type, broadcastId, atMs, data } = line;
    await this.#parts.store.appendEvent(
      streamEvent(type, data as unknown as StreamEventData<typeof type>, { streamId, broadcastId, atMs }),
    );
    await this.#put(document, { ...body, untold: body.untold.slice(1) });
    return true;
  }

  /** Sees whether the broadcast still wants its channel, whoever should have said so. */
  async #withdraw(document: ChannelDocument): Promise<boolean> {
    const { body, streamId } = document;
    if (body.intent === 'unwanted') return false;
    const { store, nowMs } = this.#parts;
    const [stream, broadcast, lease] = await Promise.all([
      store.getStream(streamId),
      store.getBroadcast(streamId, body.broadcastId),
      store.getLease(streamId),
    ]);
    if (!isStillWanted(body, { stream, broadcast, lease, nowMs: nowMs() })) {
      await this.#put(document, { ...body, intent: 'unwanted' });
      return true;
    }
    const leaseSeen = leaseNote(body, lease, nowMs());
    if (leaseSeen) await this.#put(document, { ...body, leaseSeen });
    return leaseSeen !== undefined;
  }

  async #advanceRun(document: ChannelDocument, run: ChannelRun): Promise<boolean> {
    if (run.state === 'gone') return false;
    const { facts, events } = await this.#look(document.streamId, run);
    const [event, step] = decide(run, events);
    const changed = await this.#take(document, run, facts, event, step);
    if (!step.command) return changed;
    // What was put has another version: the command's outcome is noted in what is read again.
    return (await this.#command(document.streamId, run, step.command)) || changed;
  }

  /** What is the case, by what counts most: no wish, what is seen, then that it takes too long. */
  async #look(
    streamId: StreamId,
    run: ChannelRun,
  ): Promise<{ facts: Facts; events: readonly ChannelEvent[] }> {
    const { encoder, nowMs, emit } = this.#parts;
    const owner = { streamId, broadcastId: run.broadcastId };
    let facts: Facts = {};
    const events: ChannelEvent[] = run.intent === 'unwanted' ? ['unwanted'] : [];
    const what = lookAt[run.state];
    if (what === 'input') {
      const seen = await encoder.findInput(owner, run.inputId);
      if (seen) facts = inputFacts(seen);
      events.push(seen?.event ?? 'input-missing');
    } else if (what === 'channel') {
      const seen = await encoder.findChannel(owner, run.channelId);
      if (seen) facts = { channelId: seen.id, ...(isBilled(seen) && { startedAtMs: nowMs() }) };
      events.push(seen?.event ?? 'channel-missing');
      if (run.fed && seen?.event === 'channel-idle') events.push('fed');
    } else if (run.intent === 'wanted') {
      events.push('wanted');
    }
    const forMs = nowMs() - run.sinceMs;
    if (forMs > (stateLimitMs[run.state] ?? Number.POSITIVE_INFINITY)) {
      events.push('overdue');
      if (isLeaving(run.state)) {
        emit('managed.channel.stuck', { ...owner, state: run.state, forMs });
      }
    }
    return { facts, events };
  }

  async #take(
    document: ChannelDocument,
    run: ChannelRun,
    facts: Facts,
    event: ChannelEvent,
    { to, failure }: ChannelStep,
  ): Promise<boolean> {
    const known = withFacts(run, facts);
    if (to === run.state && !failure && known === run) return false;
    const { streamId, body } = document;
    const { broadcastId } = run;
    const nowMs = this.#parts.nowMs();
    const next: ChannelRun = {
      ...known,
      ...(to !== run.state && { state: to, sinceMs: nowMs }),
      ...(failure && { intent: 'unwanted', failure: { reason: failure, atMs: nowMs } }),
      ...(hasStopped(known, to) && { stoppedAtMs: nowMs }),
    };
    const lines = this.#linesOf(run, next);
    await this.#put(document, withRun({ ...body, untold: [...body.untold, ...lines] }, next));
    if (to !== run.state) {
      this.#parts.emit('managed.step.taken', { streamId, broadcastId, from: run.state, to, because: event });
    }
    if (failure) {
      const { fallback } = channelFailures[failure];
      this.#parts.emit('managed.channel.failed', { streamId, broadcastId, reason: failure, fallback });
    }
    return true;
  }

  /** What the stream's story says of this step. */
  #linesOf(run: ChannelRun, next: ChannelRun): UntoldEvent[] {
    const { broadcastId } = run;
    const about = { broadcastId, atMs: this.#parts.nowMs() };
    const lines: UntoldEvent[] = [];
    if (next.state === 'live' && run.state !== 'live') {
      const data = { channelId: next.channelId ?? '', tookMs: about.atMs - run.askedAtMs };
      lines.push({ ...about, type: 'managed.channel.running', data });
    }
    if (next.failure && !run.failure) {
      const { words, fallback } = channelFailures[next.failure.reason];
      lines.push({ ...about, type: 'managed.channel.failed', data: { detail: words, fallback } });
    }
    if (next.state === 'deleting-input' && run.state !== 'deleting-input' && next.channelId) {
      const ranMs = next.startedAtMs === undefined ? 0 : (next.stoppedAtMs ?? about.atMs) - next.startedAtMs;
      const data = { channelId: next.channelId, ranMs, costUsd: this.#cost(next, ranMs, about.atMs) };
      lines.push({ ...about, type: 'managed.channel.deleted', data });
    }
    return lines;
  }

  #cost({ askedAtMs, source }: ChannelRun, ranMs: number, nowMs: number): number {
    const { plan } = this.#parts;
    return channelCost(plan.ladder ?? defaultLadder, {
      channelClass: plan.channelClass,
      ...(source && { frameRate: source.frameRate }),
      ranMs,
      idleMs: Math.max(0, nowMs - askedAtMs - ranMs),
    });
  }

  /** Gives a command. True where its outcome changed the document. */
  async #command(streamId: StreamId, before: ChannelRun, command: ChannelCommand): Promise<boolean> {
    const document = await this.#parts.store.getDocument(streamId, 'channel');
    const run = document && runsOf(document.body).find((one) => one.broadcastId === before.broadcastId);
    if (!document || !run) return true;
    try {
      const outcome = await this.#give(planOf(streamId, run, this.#parts.plan), run, command);
      if (outcome === undefined) return false;
      const { event, facts = {} } = outcome;
      const step = event ? channelStep(run.state, event) : { to: run.state };
      return await this.#take(document, run, facts, event ?? 'wanted', step);
    } catch (cause) {
      if (cause instanceof ConditionFailedError) throw cause;
      const refusal = cause instanceof ManagedEncoderError ? cause.refusal : 'trouble';
      const { broadcastId } = run;
      this.#parts.emit('managed.command.refused', { streamId, broadcastId, command, refusal, cause });
      await this.#take(document, run, {}, refusal, channelStep(run.state, refusal));
      // Whatever became of it: it is for the next drive to look again.
      return false;
    }
  }

  async #give(
    plan: ChannelPlan,
    run: ChannelRun,
    command: ChannelCommand,
  ): Promise<{ event?: ChannelEvent; facts?: Facts } | undefined> {
    const { encoder, index, nowMs } = this.#parts;
    const { inputId = '', channelId = '' } = run;
    switch (command) {
      case 'create-input':
        return { facts: inputFacts(await encoder.createInput(plan)) };
      case 'create-channel':
        return { facts: { channelId: (await encoder.createChannel(plan, inputId)).id } };
      case 'start':
        await encoder.startChannel(channelId);
        return { facts: { startedAtMs: nowMs() } };
      case 'publish': {
        const outcome = await index.publish(plan, run.epoch, nowMs() - run.sinceMs > onePipelineAfterMs);
        return outcome === 'waiting' ? undefined : { event: outcome };
      }
      case 'stop':
        await encoder.stopChannel(channelId);
        return undefined;
      case 'delete-channel':
        await encoder.deleteChannel(channelId);
        return undefined;
      case 'delete-input':
        await encoder.deleteInput(inputId);
        return undefined;
    }
  }

  async #put(document: ChannelDocument, body: ManagedChannel): Promise<void> {
    await this.#parts.store.putDocument({ ...document, open: isOpen(body), body });
  }

  async *#open(): AsyncGenerator<StreamId> {
    let cursor: string | undefined;
    do {
      const page = await this.#parts.store.listOpenDocuments('channel', {
        limit: 50,
        ...(cursor && { cursor }),
      });
      yield* page.streamIds;
      cursor = page.cursor;
    } while (cursor);
  }
}

/** The first event that makes it go on or do something; else the last one, which changes nothing. */
function decide(run: ChannelRun, events: readonly ChannelEvent[]): [ChannelEvent, ChannelStep] {
  for (const event of events) {
    const step = channelStep(run.state, event);
    if (step.to !== run.state || step.failure) return [event, step];
  }
  for (const event of events) {
    const step = channelStep(run.state, event);
    if (step.command) return [event, step];
  }
  return [events.at(-1) ?? 'trouble', { to: run.state }];
}

const inputFacts = ({ id, endpoints }: InputSight): Facts => ({
  inputId: id,
  ...(endpoints.length > 0 && { endpoints }),
});

const isBilled = ({ event }: ChannelSight): boolean =>
  event === 'channel-starting' || event === 'channel-running';

/** The same object where nothing of it is new. When it started and what its endpoints are is learned once. */
function withFacts(run: ChannelRun, { inputId, channelId, endpoints, startedAtMs }: Facts): ChannelRun {
  const learned: Facts = {
    ...(inputId !== undefined && inputId !== run.inputId && { inputId }),
    ...(channelId !== undefined && channelId !== run.channelId && { channelId }),
    ...(endpoints !== undefined && run.endpoints === undefined && { endpoints }),
    ...(startedAtMs !== undefined && run.startedAtMs === undefined && { startedAtMs }),
  };
  return Object.keys(learned).length > 0 ? { ...run, ...learned } : run;
}

const planOf = (streamId: StreamId, run: ChannelRun, options: PlanOptions): ChannelPlan =>
  planChannel(
    { streamId, broadcastId: run.broadcastId, askedAtMs: run.askedAtMs, source: run.source },
    options,
  );

/** It was started, and is now seen to run no more. */
const hasStopped = (run: ChannelRun, to: ChannelRun['state']): boolean =>
  run.startedAtMs !== undefined &&
  run.stoppedAtMs === undefined &&
  (to === 'deleting-channel' || to === 'deleting-input' || to === 'gone');
