import { isJournaled, type Refusal, refusalStatus, refusals } from '../protocol/refusals.ts';
import { newSessionId, type SessionId, type StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { RefusalJournal } from './refusal-journal.ts';

export interface SessionReportOptions {
  /** Address of the other end. */
  readonly client: string;
  readonly emit: EmitEvent;
  readonly journal: Pick<RefusalJournal, 'refused'>;
}

/** What the log and the streams' journals are told of a connection's publish sessions, one after the other. */
export class SessionReport {
  readonly #options: SessionReportOptions;
  #id: SessionId = newSessionId();
  #stream: StreamId | undefined;
  #onAir = false;
  #receivedBytes = 0;
  #hasSkipped = false;

  constructor(options: SessionReportOptions) {
    this.#options = options;
  }

  get id(): SessionId {
    return this.#id;
  }

  /** The stream that its key is for; undefined until that is checked. */
  get stream(): StreamId | undefined {
    return this.#stream;
  }

  /** A worker has accepted it. */
  get onAir(): boolean {
    return this.#onAir;
  }

  received(bytes: number): void {
    this.#receivedBytes += bytes;
  }

  verified(stream: StreamId): void {
    this.#stream = stream;
  }

  accepted(): void {
    this.#onAir = true;
  }

  /** What comes now is of another publish session. */
  restart(): void {
    this.#id = newSessionId();
    this.#stream = undefined;
    this.#onAir = false;
    this.#receivedBytes = 0;
  }

  ended(code: string, reason: string): void {
    const { emit } = this.#options;
    const about = { ...this.#facts, stream: this.#stream ?? '', code, reason };
    if (this.#onAir) emit('ingest.publish.ended', { ...about, receivedBytes: this.#receivedBytes });
    else emit('ingest.publish.refused', about);
  }

  /** All that follows from a refusal is in its reason's row. `stream`: whose key was sent, as far as is known. */
  turnedAway(refusal: Refusal, stream: StreamId | undefined, cause?: unknown): void {
    const { emit, journal } = this.#options;
    const { reason, detail } = refusal;
    const { code, fault } = refusals[reason];
    const isOurs = fault === 'platform';
    const about = {
      ...this.#facts,
      code,
      reason: refusalStatus(refusal).description,
      ...(detail !== undefined && { detail }),
      ...(cause !== undefined && { cause }),
    };
    if (this.#onAir) {
      emit(isOurs ? 'ingest.publish.dropped' : 'ingest.publish.ended', {
        ...about,
        stream: stream ?? '',
        receivedBytes: this.#receivedBytes,
      });
    } else {
      emit(isOurs ? 'ingest.publish.unserved' : 'ingest.publish.refused', {
        ...about,
        ...(stream !== undefined && { stream }),
      });
    }
    if (stream !== undefined && isJournaled(refusal)) journal.refused(stream, refusal, about.client);
  }

  /** It is closed without a publish session. */
  closed(code: string, reason: string): void {
    this.#options.emit('ingest.session.closed', { ...this.#facts, code, reason });
  }

  /** Once a connection: until it publishes, anyone may send anything. */
  skipped(cause: unknown): void {
    if (this.#hasSkipped) return;
    this.#hasSkipped = true;
    this.#options.emit('ingest.message.skipped', { ...this.#facts, cause });
  }

  get #facts(): { readonly session: string; readonly client: string } {
    return { session: this.#id, client: this.#options.client };
  }
}
