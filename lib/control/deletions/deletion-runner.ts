import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import type { Deletion, DeletionStep, RecordingsChoice } from '../../control-store/deletions.ts';
import type { StreamDocument } from '../../control-store/documents.ts';
import { isConditionFailed } from '../../control-store/errors.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import { streamEvent } from '../../control-store/stream-events.ts';
import { rewrite } from '../../retry/rewrite.ts';
import type { BroadcastId, StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { failureWords, openPages, untilNextLookMs, waitingWords } from '../background-steps.ts';
import { TooManyDeletionsError } from '../policy/errors.ts';
import { DeletionEffects, type DeletionEffectsOptions, type DeletionOutcome } from './deletion-effects.ts';
import {
  deniedUntilMs,
  doneAtMs,
  dueDeletionSteps,
  isComplete,
  isSameTarget,
  maxPendingDeletions,
  recordOutcome,
} from './policy/deletion-machine.ts';

export interface DeletionRunnerOptions extends DeletionEffectsOptions {
  readonly store: DeletionStore;
  readonly emit: EmitEvent;
  /** Maximum duration of one run; the rest is left for the next. @default 4000 */
  readonly runMs?: number;
  /** @default waits in real time */
  readonly pause?: (ms: number) => Promise<unknown>;
  /** In [0, 1). @default Math.random */
  readonly random?: () => number;
}

export type DeletionStore = Pick<
  ControlStore,
  | 'getDocument'
  | 'putDocument'
  | 'deleteDocument'
  | 'listOpenDocuments'
  | 'deleteStream'
  | 'deleteBroadcast'
  | 'appendEvent'
  | 'listEvents'
>;

export interface DeletionRequest {
  /** @default the whole stream */
  readonly broadcastId?: BroadcastId;
  readonly recordings: RecordingsChoice;
}

type DeletionsDocument = StreamDocument<'deletions'>;

const atOnce = 8;
/** How long a sweep leaves a stream alone where nothing is due, because its 410 has to last for a day. */
const restMs = 600_000;
/** A deletion that leaves something readable after this long is reported as stuck, then once a minute. */
const stuckMs = 300_000;
const reportEveryMs = 60_000;
const maxResting = 20_000;

/**
 * Deletes streams and recordings. The request is stored first (a document beside the stream that outlives it), so that the next
 * runner can continue where this one stopped. Steps are idempotent, and nothing is ever undone, so several runners may work at once.
 */
export class DeletionRunner {
  readonly #options: DeletionRunnerOptions;
  readonly #effects: DeletionEffects;
  readonly #running = new Map<StreamId, Promise<boolean>>();
  /** Until when a sweep has nothing to do for a stream (monotonic). */
  readonly #restingUntilMs = new Map<StreamId, number>();
  #reportedStuckMs = Number.NEGATIVE_INFINITY;
  #sweeping: Promise<boolean> | undefined;
  #sweepFailing = false;

  constructor(options: DeletionRunnerOptions) {
    this.#options = options;
    this.#effects = new DeletionEffects(options);
  }

  /**
   * Deletes as far as one run allows; a sweep does the rest. Repeating a request changes nothing. Throws `TooManyDeletionsError` and
   * whatever the store throws.
   */
  async ask(streamId: StreamId, { broadcastId, recordings }: DeletionRequest): Promise<Deletion> {
    const { store, clock, emit } = this.#options;
    const asked = await rewrite(async () => {
      const before = await store.getDocument(streamId, 'deletions');
      const pending = before?.body.pending ?? [];
      const known = pending.find((each) => isSameTarget(each, broadcastId));
      if (known) return known;
      if (broadcastId !== undefined && pending.length >= maxPendingDeletions) {
        throw new TooManyDeletionsError(`Stream ${streamId} has ${pending.length} incomplete deletions.`);
      }
      const deletion: Deletion = {
        ...(broadcastId !== undefined && { broadcastId }),
        recordings,
        askedAtMs: clock.wallMs(),
        done: [],
      };
      const body = { pending: [...pending, deletion] };
      const version = before?.version ?? 0;
      await store.putDocument({ streamId, kind: 'deletions', version, open: true, body });
      emit('control.deletion.asked', { streamId, broadcastId, recordings });
      return deletion;
    }, isConditionFailed);
    await this.run(streamId);
    const after = await store.getDocument(streamId, 'deletions');
    return after?.body.pending.find((each) => isSameTarget(each, broadcastId)) ?? asked;
  }

  /** Continues a stream's deletions for one run at most. False if nothing is left that can be done now. */
  run(streamId: StreamId): Promise<boolean> {
    const running =
      this.#running.get(streamId) ??
      this.#work(streamId).finally(() => {
        this.#running.delete(streamId);
      });
    this.#running.set(streamId, running);
    return running;
  }

  /** Continues all deletions. False if nothing is left that can be done now. Failures are logged and left for the next sweep. */
  sweep(): Promise<boolean> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async #sweep(): Promise<boolean> {
    const { store, clock, emit } = this.#options;
    let isLeft = false;
    try {
      for await (const streamIds of openPages(store, 'deletions')) {
        const due = streamIds.filter((id) => clock.nowMs() >= (this.#restingUntilMs.get(id) ?? 0));
        await pMap(
          due,
          async (id) => {
            if (await this.#sweepOne(id)) isLeft = true;
          },
          { concurrency: atOnce },
        );
      }
      this.#sweepFailing = false;
    } catch (cause) {
      if (!this.#sweepFailing) emit('control.deletion.sweep-failed', { cause });
      this.#sweepFailing = true;
    }
    return isLeft;
  }

  async #sweepOne(streamId: StreamId): Promise<boolean> {
    const { clock, emit } = this.#options;
    try {
      const isLeft = await this.run(streamId);
      if (this.#restingUntilMs.size >= maxResting) this.#restingUntilMs.clear();
      if (isLeft) this.#restingUntilMs.delete(streamId);
      else this.#restingUntilMs.set(streamId, clock.nowMs() + restMs);
      return isLeft;
    } catch (cause) {
      emit('control.deletion.sweep-failed', { streamId, cause });
      return false;
    }
  }

  async #work(streamId: StreamId): Promise<boolean> {
    const { store, clock, runMs = 4_000, pause = sleep, random = Math.random } = this.#options;
    this.#restingUntilMs.delete(streamId);
    const deadlineMs = clock.nowMs() + runMs;
    let idle = 0;
    for (;;) {
      const before = await store.getDocument(streamId, 'deletions');
      if (!before?.open) return false;
      const nowMs = clock.wallMs();
      if (before.body.pending.every((each) => dueDeletionSteps(each, nowMs).length === 0)) return false;
      if (clock.nowMs() >= deadlineMs) return true;
      const { pending, progressed } = await this.#pass(before, deadlineMs);
      this.#reportIfStuck(streamId, pending);
      idle = progressed ? 0 : idle + 1;
      try {
        await this.#write(before, pending);
      } catch (cause) {
        // Another program wrote first: continue with what is stored now.
        if (!isConditionFailed(cause)) throw cause;
      }
      if (idle > 0) {
        await pause(untilNextLookMs(idle, deadlineMs - clock.nowMs(), random()));
      }
    }
  }

  #reportIfStuck(streamId: StreamId, pending: readonly Deletion[]): void {
    const { clock, emit } = this.#options;
    const nowMs = clock.nowMs();
    const [stuck] = pending.filter(
      (each) => deniedUntilMs(each) === undefined && clock.wallMs() - each.askedAtMs >= stuckMs,
    );
    if (!stuck || nowMs - this.#reportedStuckMs < reportEveryMs) return;
    this.#reportedStuckMs = nowMs;
    const { broadcastId, askedAtMs, waiting } = stuck;
    emit('control.deletion.stuck', {
      streamId,
      broadcastId,
      forMs: clock.wallMs() - askedAtMs,
      waiting: waitingWords(waiting),
    });
  }

  async #write(before: DeletionsDocument, pending: readonly Deletion[]): Promise<void> {
    const { store } = this.#options;
    const left = pending.filter((each) => !isComplete(each));
    if (left.length === 0) await store.deleteDocument(before);
    else if (left.some((each, at) => each !== before.body.pending[at])) {
      await store.putDocument({ ...before, body: { pending: left } });
    }
  }

  /** Works on all due steps in parallel: a waiting step holds up none of the others. */
  async #pass(
    { streamId, body }: DeletionsDocument,
    untilMs: number,
  ): Promise<{ pending: readonly Deletion[]; progressed: boolean }> {
    const { clock } = this.#options;
    let progressed = false;
    const advance = async (deletion: Deletion): Promise<Deletion> => {
      const steps = dueDeletionSteps(deletion, clock.wallMs());
      const outcomes = await Promise.all(
        steps.map(async (step) => ({ step, ...(await this.#try(streamId, deletion, step, untilMs)) })),
      );
      let after = deletion;
      for (const { step, objects = 0, ...outcome } of outcomes) {
        after = recordOutcome(after, step, outcome, clock.wallMs());
        // A stream that is deleted itself has no journal.
        const isLast = body.pending.some((each) => each.broadcastId === undefined);
        if (outcome.waitsFor === undefined) await this.#tell(streamId, after, step, !isLast);
        progressed ||= outcome.waitsFor === undefined || objects > 0;
      }
      return after;
    };
    const pending = await pMap(body.pending, advance, { concurrency: atOnce });
    return { pending, progressed };
  }

  async #try(
    streamId: StreamId,
    deletion: Deletion,
    step: DeletionStep,
    untilMs: number,
  ): Promise<DeletionOutcome> {
    try {
      return await this.#effects.perform(streamId, deletion, step, untilMs);
    } catch (cause) {
      const waitsFor = failureWords(cause);
      if (deletion.waiting?.[step] !== waitsFor) {
        const { broadcastId } = deletion;
        this.#options.emit('control.deletion.step-failed', { streamId, broadcastId, step, cause });
      }
      return { waitsFor };
    }
  }

  async #tell(streamId: StreamId, deletion: Deletion, step: DeletionStep, journaled: boolean): Promise<void> {
    const { emit } = this.#options;
    const { broadcastId, askedAtMs } = deletion;
    const afterMs = (doneAtMs(deletion, step) ?? askedAtMs) - askedAtMs;
    emit('control.deletion.step-done', { streamId, broadcastId, step, afterMs });
    const untilMs = deniedUntilMs(deletion);
    if (journaled && step !== 'allow' && untilMs !== undefined && broadcastId !== undefined) {
      await this.#journal(streamId, broadcastId, askedAtMs, untilMs);
    }
  }

  /** A runner that dies before it stores the step writes the entry again, unless it finds it. */
  async #journal(
    streamId: StreamId,
    broadcastId: BroadcastId,
    askedAtMs: number,
    untilMs: number,
  ): Promise<void> {
    const { store, clock, emit } = this.#options;
    const type = 'recording.deleted';
    try {
      const journal = await store.listEvents(streamId, { limit: 100 });
      if (journal.some((each) => each.type === type && each.broadcastId === broadcastId)) return;
      const atMs = clock.wallMs();
      const facts = { tookMs: Math.max(0, atMs - askedAtMs), goneUntilMs: untilMs };
      await store.appendEvent(streamEvent(type, facts, { streamId, broadcastId, atMs }));
    } catch (cause) {
      emit('control.stream-event.lost', { streamId, type, cause });
    }
  }
}
