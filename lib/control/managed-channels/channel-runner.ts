import type { StreamDocument } from '../../control-store/documents.ts';
import { ConditionFailedError } from '../../control-store/errors.ts';
import { channelFailures } from '../../control-store/managed/channel-failures.ts';
import { type ChannelState, isLeaving } from '../../control-store/managed/channel-states.ts';
import {
  type ChannelRun,
  isOpen,
  type ManagedChannel,
  runsOf,
  withRun,
} from '../../control-store/managed/managed-channel.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import { type StreamEventData, streamEvent } from '../../control-store/stream-events.ts';
import type { BroadcastId, StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { openPages } from '../background-steps.ts';
import type { ChannelIndexWriter } from './channel-index-writer.ts';
import { isStillWanted, leaseNote } from './policy/channel-demand.ts';
import {
  type ChannelCommand,
  type ChannelEvent,
  type ChannelStep,
  channelStep,
  lookAt,
  stateLimitMs,
} from './policy/channel-machine.ts';
import { ManagedEncoderError } from './policy/channel-observations.ts';
import { type ChannelPlan, type PlanOptions, planChannel } from './policy/channel-plan.ts';
import {
  type ChannelFacts,
  channelFacts,
  decideStep,
  inputFacts,
  isDue,
  journalEntriesOf,
  progress,
} from './policy/channel-progress.ts';
import type { ManagedEncoder } from './ports.ts';

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
  /** Unix milliseconds. */
  readonly wallMs: () => number;
  /** Resolves after `ms`. */
  readonly pause: (ms: number) => Promise<void>;
}

type ChannelDocument = StreamDocument<'channel'>;

/** After this, the playlists of a single pipeline are enough. */
const onePipelineAfterMs = 20_000;
/** The next change in these states triggers no event, so the driver polls for it. */
const polledStates: ReadonlySet<string> = new Set(['creating-input', 'creating-channel', 'ready', 'running']);
const pollEveryMs = 1_500;
/** Maximum steps per drive, so that no bug makes it loop forever. */
const maxSteps = 200;

/**
 * Drives managed channels from state to state. Each step is written to the document before its command is given, so the next
 * driver repeats it if needed. Every write names the version it read, so of two concurrent drivers one starts over.
 */
export class ChannelRunner {
  readonly #parts: ChannelRunnerParts;

  constructor(parts: ChannelRunnerParts) {
    this.#parts = parts;
  }

  /** Drives all streams with open documents in parallel. A failure does not hold up the others. */
  async driveAll(patienceMs = 0): Promise<void> {
    const drives: Promise<void>[] = [];
    for await (const streamId of this.#open()) {
      const failed = (cause: unknown) => this.#parts.emit('managed.drive.failed', { streamId, cause });
      drives.push(this.drive(streamId, patienceMs).catch(failed));
    }
    await Promise.all(drives);
  }

  /** The stream this channel belongs to; undefined if no open document names it. */
  async ownerOf(channelId: string): Promise<StreamId | undefined> {
    for await (const streamId of this.#open()) {
      const document = await this.#parts.store.getDocument(streamId, 'channel');
      if (document && runsOf(document.body).some((run) => run.channelId === channelId)) return streamId;
    }
    return undefined;
  }

  /**
   * Advances a stream's channels as far as possible. While one starts up, polls it for up to `patienceMs`. Slow transitions
   * (starting, stopping, deleting) are left to the next drive.
   */
  async drive(streamId: StreamId, patienceMs = 0): Promise<void> {
    const { store, wallMs, pause } = this.#parts;
    const until = wallMs() + patienceMs;
    for (let step = 0; step < maxSteps; step++) {
      const document = await store.getDocument(streamId, 'channel');
      if (!document?.open) return;
      try {
        if (await this.#advance(document)) continue;
      } catch (cause) {
        // Another driver or the proxy wrote it in the meantime.
        if (cause instanceof ConditionFailedError) continue;
        throw cause;
      }
      if (!polledStates.has(document.body.state) || wallMs() >= until) return;
      await pause(pollEveryMs);
    }
  }

  /** True if the document changed and must be read again. */
  async #advance(document: ChannelDocument): Promise<boolean> {
    if (await this.#writeJournal(document)) return true;
    if (await this.#withdraw(document)) return true;
    for (const run of runsOf(document.body)) if (await this.#advanceRun(document, run)) return true;
    if (isOpen(document.body)) return false;
    await this.#parts.store.putDocument({ ...document, open: false });
    return false;
  }

  /** Writes the journal entry before removing it from the document: an entry may be written twice, but never lost. */
  async #writeJournal(document: ChannelDocument): Promise<boolean> {
    const { body, streamId } = document;
    const [entry] = body.untold;
    if (!entry) return false;
    const { type, broadcastId, atMs, data } = entry;
    await this.#parts.store.appendEvent(
      streamEvent(type, data as unknown as StreamEventData<typeof type>, { streamId, broadcastId, atMs }),
    );
    await this.#put(document, { ...body, untold: body.untold.slice(1) });
    return true;
  }

  /** Checks whether the broadcast still needs its channel, in case its proxy could not mark the end. */
  async #withdraw(document: ChannelDocument): Promise<boolean> {
    const { body, streamId } = document;
    if (body.intent === 'unwanted') return false;
    const { store, wallMs } = this.#parts;
    const [stream, broadcast, lease] = await Promise.all([
      store.getStream(streamId),
      store.getBroadcast(streamId, body.broadcastId),
      store.getLease(streamId),
    ]);
    if (!isStillWanted(body, { stream, broadcast, lease, nowMs: wallMs() })) {
      await this.#put(document, { ...body, intent: 'unwanted' });
      return true;
    }
    const leaseSeen = leaseNote(body, lease, wallMs());
    if (leaseSeen) await this.#put(document, { ...body, leaseSeen });
    return leaseSeen !== undefined;
  }

  async #advanceRun(document: ChannelDocument, run: ChannelRun): Promise<boolean> {
    if (run.state === 'gone') return false;
    const { facts, events } = await this.#look(document.streamId, run);
    const [event, step] = decideStep(run.state, events);
    const changed = await this.#take(document, run, facts, event, step);
    if (!step.command) return changed;
    // The write above changed the version, so the command's outcome goes into a freshly read document.
    return (await this.#command(document.streamId, run.broadcastId, step.to, step.command)) || changed;
  }

  /** The current events, by priority: unwanted, then what is observed, then overdue. */
  async #look(
    streamId: StreamId,
    run: ChannelRun,
  ): Promise<{ facts: ChannelFacts; events: readonly ChannelEvent[] }> {
    const { encoder, wallMs, emit } = this.#parts;
    const owner = { streamId, broadcastId: run.broadcastId };
    let facts: ChannelFacts = {};
    const events: ChannelEvent[] = run.intent === 'unwanted' ? ['unwanted'] : [];
    const what = lookAt[run.state];
    if (what === 'input') {
      const seen = await encoder.findInput(owner, run.inputId);
      if (seen) facts = inputFacts(seen);
      events.push(seen?.event ?? 'input-missing');
    } else if (what === 'channel') {
      const seen = await encoder.findChannel(owner, run.channelId);
      if (seen) facts = channelFacts(seen, wallMs());
      events.push(seen?.event ?? 'channel-missing');
      if (run.fed && seen?.event === 'channel-idle') events.push('fed');
    } else if (run.intent === 'wanted') {
      events.push('wanted');
    }
    const forMs = wallMs() - run.sinceMs;
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
    facts: ChannelFacts,
    event: ChannelEvent,
    step: ChannelStep,
  ): Promise<boolean> {
    const { wallMs, plan, emit } = this.#parts;
    const next = progress(run, facts, step, wallMs());
    if (next === run) return false;
    const { streamId, body } = document;
    const { broadcastId, state: from } = run;
    const untold = [...body.untold, ...journalEntriesOf(run, next, wallMs(), plan)];
    await this.#put(document, withRun({ ...body, untold }, next));
    const { to, failure: reason } = step;
    if (to !== from) emit('managed.step.taken', { streamId, broadcastId, from, to, because: event });
    if (reason) {
      const { fallback } = channelFailures[reason];
      emit('managed.channel.failed', { streamId, broadcastId, reason, fallback });
    }
    return true;
  }

  /** Gives the command of a state. True if the document changed. */
  async #command(
    streamId: StreamId,
    broadcastId: BroadcastId,
    state: ChannelState,
    command: ChannelCommand,
  ): Promise<boolean> {
    const document = await this.#parts.store.getDocument(streamId, 'channel');
    const run = document && runsOf(document.body).find((one) => one.broadcastId === broadcastId);
    if (!document || !run || !isDue(run, state, command)) return true;
    try {
      const outcome = await this.#give(planOf(streamId, run, this.#parts.plan), run, command);
      if (outcome === undefined) return false;
      const { event, facts = {} } = outcome;
      const step = event ? channelStep(run.state, event) : { to: run.state };
      return await this.#take(document, run, facts, event ?? 'wanted', step);
    } catch (cause) {
      if (cause instanceof ConditionFailedError) throw cause;
      const refusal = cause instanceof ManagedEncoderError ? cause.refusal : 'trouble';
      this.#parts.emit('managed.command.refused', { streamId, broadcastId, command, refusal, cause });
      await this.#take(document, run, {}, refusal, channelStep(run.state, refusal));
      // Whatever the outcome, the next drive looks again.
      return false;
    }
  }

  async #give(
    plan: ChannelPlan,
    run: ChannelRun,
    command: ChannelCommand,
  ): Promise<{ event?: ChannelEvent; facts?: ChannelFacts } | undefined> {
    const { encoder, index, wallMs } = this.#parts;
    const { inputId = '', channelId = '' } = run;
    switch (command) {
      case 'create-input':
        return { facts: inputFacts(await encoder.createInput(plan)) };
      case 'create-channel':
        return { facts: { channelId: (await encoder.createChannel(plan, inputId)).id } };
      case 'start':
        await encoder.startChannel(channelId);
        return { facts: { startedAtMs: wallMs() } };
      case 'publish': {
        const outcome = await index.publish(plan, run.epoch, wallMs() - run.sinceMs > onePipelineAfterMs);
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
    for await (const streamIds of openPages(this.#parts.store, 'channel', 50)) yield* streamIds;
  }
}

const planOf = (streamId: StreamId, run: ChannelRun, options: PlanOptions): ChannelPlan =>
  planChannel(
    { streamId, broadcastId: run.broadcastId, askedAtMs: run.askedAtMs, source: run.source },
    options,
  );
