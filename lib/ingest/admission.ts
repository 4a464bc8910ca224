import type { StreamRecord } from '../control-store/records.ts';
import type { Refusal, RefusalReason } from '../protocol/refusals.ts';
import { clientOf } from '../protocol/relay/ip-address.ts';
import type { StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { KeyCheck } from './key-check.ts';
import type { GuessLimit } from './policy/guess-limit.ts';

export interface AdmissionOptions {
  /** Address of the other end. */
  readonly client: string;
  readonly keys: KeyCheck;
  readonly guesses: GuessLimit;
  readonly emit: EmitEvent;
  /** Counts the connection as a publisher of the stream, unless there is a reason against it. */
  readonly admit: (stream: StreamId) => Refusal | undefined;
  /** It no longer is one. Called once for each time that it was. */
  readonly release: (stream: StreamId) => void;
}

/** What becomes of a request to publish. One of these is called, once, unless nobody waits for it any more. */
export interface AdmissionOutcome {
  admitted(stream: StreamRecord): void;
  refused(refusal: Refusal, stream: StreamId | undefined, cause?: unknown): void;
  /** Wrong keys come so fast that this one gets no answer. */
  unanswered(): void;
}

/** Wrong in the way that a guessed key is. Somebody who has the key of a stream that is taken down isn't guessing. */
const guessed: ReadonlySet<string> = new Set<RefusalReason>(['malformed-key', 'unknown-stream', 'wrong-key']);

/** Whether a connection may publish: its key is valid and the proxy has room. Wrong keys are answered slowly. */
export class Admission {
  readonly #options: AdmissionOptions;
  /** The stream that it counts as a publisher of. */
  #admittedTo: StreamId | undefined;
  /** The answer to a wrong key, which waits. */
  #held: { readonly dueAtMs: number; readonly answer: () => void } | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** `isAwaited`: whether the connection still waits for an outcome. */
  async request(streamName: string, isAwaited: () => boolean, outcome: AdmissionOutcome): Promise<void> {
    const { keys, admit, emit } = this.#options;
    const verdict = await keys.check(streamName);
    if (!isAwaited()) return;
    if (verdict.verdict === 'valid') {
      const { stream } = verdict;
      const refusal = admit(stream.id);
      if (refusal !== undefined) {
        outcome.refused(refusal, stream.id);
        return;
      }
      this.#admittedTo = stream.id;
      outcome.admitted(stream);
      return;
    }
    const { reason, streamId, cause } = verdict;
    if (cause !== undefined) emit('ingest.store.unavailable', { operation: 'getStream', cause });
    if (guessed.has(reason)) this.#answerGuess({ reason }, streamId, outcome);
    else outcome.refused({ reason }, streamId, cause);
  }

  /** Gives an answer that has waited for long enough. Call several times a second while the connection waits. */
  tick(nowMs: number): void {
    if (this.#held && nowMs >= this.#held.dueAtMs) this.#held.answer();
  }

  /** The connection is no publisher any more. */
  release(): void {
    if (this.#admittedTo !== undefined) this.#options.release(this.#admittedTo);
    this.#admittedTo = undefined;
  }

  /** Answers a wrong key: now, later, or not at all. */
  #answerGuess(refusal: Refusal, stream: StreamId | undefined, outcome: AdmissionOutcome): void {
    const { guesses, emit } = this.#options;
    const client = clientOf(this.#options.client);
    const nowMs = performance.now();
    const limited = guesses.wrong(client, nowMs);
    const answer = () => outcome.refused(refusal, stream);
    if ('drop' in limited) {
      const { dropped } = limited;
      if (dropped !== undefined) emit('ingest.guesses.dropped', { client, dropped });
      outcome.unanswered();
    } else if (limited.waitMs === 0) answer();
    else this.#held = { dueAtMs: nowMs + limited.waitMs, answer };
  }
}
