import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import type { StreamDocument } from '../../control-store/documents.ts';
import { isConditionFailed, UnknownStreamError } from '../../control-store/errors.ts';
import { formatDuration } from '../../control-store/format.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import { streamEvent } from '../../control-store/stream-events.ts';
import type { Takedown, TakedownStep } from '../../control-store/takedown.ts';
import { rewrite } from '../../retry/rewrite.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { failureWords, openPages, untilNextLookMs, waitingWords } from '../background-steps.ts';
import { NeverTakenDownError } from '../policy/errors.ts';
import { StalenessTracker } from '../policy/staleness.ts';
import { dueSteps, nextTakedown, type TakedownEvent, takedownState } from './policy/takedown-machine.ts';
import { takedownReport } from './policy/takedown-report.ts';
import { type StepOutcome, TakedownEffects, type TakedownEffectsOptions } from './takedown-effects.ts';

export interface TakedownRunnerOptions extends Omit<TakedownEffectsOptions, 'leases'> {
  readonly store: TakedownStore;
  readonly emit: EmitEvent;
  /** Maximum duration of one run, up to 20,000; the rest is left for the next run. @default 4000 */
  readonly runMs?: number;
  /** @default waits in real time */
  readonly pause?: (ms: number) => Promise<unknown>;
  /** In [0, 1). @default Math.random */
  readonly random?: () => number;
}

export type TakedownStore = Pick<
  ControlStore,
  | 'getStream'
  | 'updateStream'
  | 'getDocument'
  | 'putDocument'
  | 'listOpenDocuments'
  | 'getLease'
  | 'takeLease'
  | 'releaseLease'
  | 'requestEnd'
  | 'appendEvent'
  | 'listEvents'
>;

type TakedownDocument = StreamDocument<'takedown'>;

/** The current runner writes at least this often, as a sign of life. */
const renewMs = 5_000;
/**
 * A runner that has written nothing for this long, by our clock, is considered dead. Longer than the gap between its writes plus
 * a pass and its last calls: no effect of an earlier turn may land after we begin.
 */
const holdMs = 25_000;
/** Approximate limit for one pass over all due steps. */
const passMs = 1_000;
const atOnce = 8;
/** A takedown not done after this long is reported as stuck, then once a minute. */
const stuckMs = 300_000;
const reportEveryMs = 60_000;

/**
 * Takes streams down and restores them. The request is stored first (a document beside the stream), so that the next runner can
 * continue where this one stopped. Steps are idempotent.
 */
export class TakedownRunner {
  readonly #options: TakedownRunnerOptions;
  readonly #effects: TakedownEffects;
  readonly #observations = new StalenessTracker(10_000);
  readonly #running = new Map<StreamId, Promise<void>>();
  readonly #reportedStuckMs = new Map<StreamId, number>();
  #sweeping = false;
  #sweepFailing = false;

  constructor(options: TakedownRunnerOptions) {
    this.#options = options;
    this.#effects = new TakedownEffects({ ...options, leases: this.#observations });
  }

  /**
   * Takes a stream down as far as one run allows; a sweep does the rest. Does nothing if the stream is already taken down. Throws
   * `UnknownStreamError` and whatever the store throws.
   */
  async take(streamId: StreamId, reason: string): Promise<TakedownDocument> {
    if (!(await this.#options.store.getStream(streamId))) {
      throw new UnknownStreamError(`Stream ${streamId} does not exist.`);
    }
    return this.#ask(streamId, { type: 'take', reason, atMs: this.#options.clock.wallMs() });
  }

  /** Undoes a takedown, even an unfinished one. Throws `NeverTakenDownError` and whatever the store throws. */
  restore(streamId: StreamId): Promise<TakedownDocument> {
    return this.#ask(streamId, { type: 'restore', atMs: this.#options.clock.wallMs() });
  }

  /** Continues the remaining work, for one run at most. Undefined if the stream was never taken down. */
  async run(streamId: StreamId): Promise<TakedownDocument | undefined> {
    const running =
      this.#running.get(streamId) ??
      this.#work(streamId).finally(() => {
        this.#running.delete(streamId);
      });
    this.#running.set(streamId, running);
    await running;
    return this.#options.store.getDocument(streamId, 'takedown');
  }

  /** Continues all open takedowns. One sweep at a time; failures are logged and left for the next sweep. */
  async sweep(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    try {
      for await (const streamIds of openPages(this.#options.store, 'takedown'))
        await pMap(streamIds, (id) => this.#sweepOne(id), { concurrency: atOnce });
      this.#sweepFailing = false;
    } catch (cause) {
      // While the store was unavailable nobody could write a sign of life.
      this.#observations.forgetAll();
      if (!this.#sweepFailing) this.#options.emit('control.takedown.sweep-failed', { cause });
      this.#sweepFailing = true;
    } finally {
      this.#sweeping = false;
    }
  }

  async #sweepOne(streamId: StreamId): Promise<void> {
    try {
      const document = await this.run(streamId);
      if (document?.open) this.#reportIfStuck(document);
      else this.#reportedStuckMs.delete(streamId);
    } catch (cause) {
      this.#options.emit('control.takedown.sweep-failed', { streamId, cause });
    }
  }

  #reportIfStuck({ streamId, body }: TakedownDocument): void {
    const { clock, emit } = this.#options;
    const forMs = clock.wallMs() - body.askedAtMs;
    const nowMs = clock.nowMs();
    if (
      forMs < stuckMs ||
      nowMs - (this.#reportedStuckMs.get(streamId) ?? Number.NEGATIVE_INFINITY) < reportEveryMs
    )
      return;
    this.#reportedStuckMs.set(streamId, nowMs);
    const waiting = waitingWords(body.waiting);
    emit('control.takedown.stuck', { streamId, direction: body.direction, forMs, waiting });
  }

  async #ask(streamId: StreamId, event: TakedownEvent): Promise<TakedownDocument> {
    const { store, emit } = this.#options;
    await rewrite(async () => {
      const before = await store.getDocument(streamId, 'takedown');
      const body = nextTakedown(before?.body, event);
      if (body === 'refused' || body === undefined) {
        throw new NeverTakenDownError(`Stream ${streamId} was never taken down.`);
      }
      if (body === before?.body) return;
      const version = before?.version ?? 0;
      await store.putDocument({ streamId, kind: 'takedown', version, open: true, body });
      emit('control.takedown.asked', { streamId, direction: body.direction, reason: body.reason });
    }, isConditionFailed);
    const after = await this.run(streamId);
    if (!after) throw new UnknownStreamError(`Stream ${streamId} was deleted in the meantime.`);
    return after;
  }

  async #work(streamId: StreamId): Promise<void> {
    const { store, clock, runMs = 4_000, pause = sleep, random = Math.random } = this.#options;
    const deadlineMs = clock.nowMs() + runMs;
    let idle = 0;
    let wroteAtMs = Number.NEGATIVE_INFINITY;
    const write = async (before: TakedownDocument, body: Takedown): Promise<void> => {
      const nowMs = clock.nowMs();
      await store.putDocument({ ...before, body });
      wroteAtMs = nowMs;
    };
    for (;;) {
      const before = await store.getDocument(streamId, 'takedown');
      if (!before?.open) return;
      const isLate = clock.nowMs() >= deadlineMs;
      const isOurs = before.body.runner === this.#options.id;
      if (isLate && !isOurs) return;
      if (this.#isHeldByOther(before)) {
        await pause(Math.min(500, Math.max(0, deadlineMs - clock.nowMs())));
        continue;
      }
      try {
        if (isLate) return await write(before, withoutRunner(before.body));
        if (!isOurs || clock.nowMs() - wroteAtMs > renewMs) {
          await write(before, { ...before.body, runner: this.#options.id });
          continue;
        }
        const { body, progressed } = await this.#pass(before, deadlineMs);
        idle = progressed ? 0 : idle + 1;
        if (changed(body, before.body)) await write(before, body);
        else if (dueSteps(body).length === 0) return await this.#finish(before);
      } catch (cause) {
        // Another program reversed the direction or wrote first: continue with what is stored now.
        if (!isConditionFailed(cause)) throw cause;
      }
      if (idle > 0) {
        await pause(untilNextLookMs(idle, deadlineMs - clock.nowMs(), random()));
      }
    }
  }

  #isHeldByOther({ streamId, version, body: { runner } }: TakedownDocument): boolean {
    if (runner === undefined || runner === this.#options.id) return false;
    const nowMs = this.#options.clock.nowMs();
    return this.#observations.unchangedForMs(`takedown/${streamId}`, version, nowMs) < holdMs;
  }

  /** Works on all due steps in parallel: a waiting step holds up none of the others. */
  async #pass(
    { streamId, body }: TakedownDocument,
    deadlineMs: number,
  ): Promise<{ body: Takedown; progressed: boolean }> {
    const { clock, emit } = this.#options;
    // Long steps are interrupted regularly so that failed ones get retried in between.
    const untilMs = Math.min(deadlineMs, clock.nowMs() + passMs);
    const outcomes = await Promise.all(
      dueSteps(body).map(async (step) => ({ step, ...(await this.#try(streamId, step, body, untilMs)) })),
    );
    let after = body;
    for (const { step, waitsFor, invalidation } of outcomes) {
      if (invalidation !== undefined) after = { ...after, invalidation };
      if (waitsFor !== undefined) {
        after = { ...after, waiting: { ...after.waiting, [step]: waitsFor } };
        continue;
      }
      const next = nextTakedown(after, { type: 'done', step, turn: body.turn, atMs: clock.wallMs() });
      if (next === 'refused' || next === undefined) continue;
      after = next;
      const afterMs = clock.wallMs() - body.askedAtMs;
      emit('control.takedown.step-done', { streamId, direction: body.direction, step, afterMs });
    }
    const progressed =
      after.done.length > body.done.length || outcomes.some(({ progressed = false }) => progressed);
    return { body: after, progressed };
  }

  async #try(streamId: StreamId, step: TakedownStep, body: Takedown, untilMs: number): Promise<StepOutcome> {
    try {
      return await this.#effects.perform(streamId, step, body, untilMs);
    } catch (cause) {
      const waitsFor = failureWords(cause);
      if (body.waiting?.[step] !== waitsFor) {
        this.#options.emit('control.takedown.step-failed', { streamId, step, cause });
      }
      return { waitsFor };
    }
  }

  /** Records the result in the journal, once, and closes the document. */
  async #finish(document: TakedownDocument): Promise<void> {
    const { store, emit } = this.#options;
    const { streamId, body } = document;
    const { doneAfterMs = 0, darkAfterMs = 0 } = takedownReport(body);
    const about = { streamId, atMs: body.askedAtMs + doneAfterMs };
    const event =
      body.direction === 'takedown'
        ? streamEvent('stream.taken_down', { reason: body.reason, darkMs: darkAfterMs }, about)
        : streamEvent('stream.restored', { tookMs: doneAfterMs }, about);
    // A previous runner may have written the entry and died before closing the document.
    const journal = await store.listEvents(streamId, { limit: 100 });
    if (!journal.some(({ type, atMs }) => type === event.type && atMs === event.atMs)) {
      await store.appendEvent(event);
    }
    await store.putDocument({ ...document, open: false, body: withoutRunner(body) });
    emit('control.takedown.finished', {
      streamId,
      state: takedownState(body),
      took: formatDuration(doneAfterMs),
      tookMs: doneAfterMs,
      darkMs: body.direction === 'takedown' ? darkAfterMs : undefined,
    });
  }
}

function withoutRunner({ runner: _, ...body }: Takedown): Takedown {
  return body;
}

const changed = (after: Takedown, before: Takedown): boolean =>
  JSON.stringify(after) !== JSON.stringify(before);
