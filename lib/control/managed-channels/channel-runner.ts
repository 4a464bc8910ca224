import { channelFailures } from '../../control-store/channel-failures.ts';
import { type ChannelState, isLeaving } from '../../control-store/channel-states.ts';
import type { StreamDocument } from '../../control-store/documents.ts';
import { ConditionFailedError } from '../../control-store/errors.ts';
import {
  type ChannelRun,
  isOpen,
  type ManagedChannel,
  runsOf,
  withRun,
} from '../../control-store/managed-channel.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import { type StreamEventData, streamEvent } from '../../control-store/stream-events.ts';
import type { BroadcastId, StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
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
  /** Resolves after so long. */
  readonly pause: (ms: number) => Promise<void>;
}

type ChannelDocument = StreamDocument<'channel'>;

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
    const { store, wallMs, pause } = this.#parts;
    const until = wallMs() + patienceMs;
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
      if (!watched.has(document.body.state) || wallMs() >= until) return;
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
    // What was put has another version: the command's outcome is noted in what is read again.
    return (await this.#command(document.streamId, run.broadcastId, step.to, step.command)) || changed;
  }

  /** What is the case, by what counts most: no wish, what is seen, then that it takes too long. */
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

  /** Gives a command that a state asks for. True where the document is another than before. */
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
      // Whatever became of it: it is for the next drive to look again.
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

const planOf = (streamId: StreamId, run: ChannelRun, options: PlanOptions): ChannelPlan =>
  planChannel(
    { streamId, broadcastId: run.broadcastId, askedAtMs: run.askedAtMs, source: run.source },
    options,
  );
