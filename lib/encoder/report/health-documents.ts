import type { DocumentBodies, StreamDocument } from '../../control-store/documents.ts';
import { ConditionFailedError } from '../../control-store/errors.ts';
import type { HealthNow, HealthPast } from '../../control-store/health/health-record.ts';
import type { LeaseRecord } from '../../control-store/records.ts';
import type { EncoderStore } from '../ports.ts';

type HealthKind = 'health' | 'health-past';

export interface HealthDocumentsOptions {
  readonly store: Pick<EncoderStore, 'getDocument' | 'putDocument'>;
  readonly lease: Pick<LeaseRecord, 'streamId' | 'broadcastId' | 'epoch'>;
  /** Whether the broadcast still belongs to this worker. */
  readonly mayWrite: () => Promise<boolean>;
  /** Called once until a write succeeds again. */
  readonly failed: (cause: unknown) => void;
}

/** What another worker has written of the broadcast. */
export interface StoredHealth {
  readonly now?: HealthNow | undefined;
  readonly past?: HealthPast | undefined;
}

/**
 * Writes a broadcast's health. Nothing waits for it, and what can't be written is not kept: the next sample brings more. A worker that
 * finds the document of a newer epoch writes no more.
 */
export class HealthDocuments {
  readonly #options: HealthDocumentsOptions;
  readonly #versions: Partial<Record<HealthKind, number>> = {};
  #writing: Promise<void> | undefined;
  #isSilent = false;
  #isReading = false;
  #isFaulty = false;

  constructor(options: HealthDocumentsOptions) {
    this.#options = options;
  }

  /** Whether a write would begin now. */
  get isIdle(): boolean {
    return this.#writing === undefined && !this.#isSilent;
  }

  /**
   * Reads what there is of the broadcast; documents of another one will be replaced. Undefined if that failed, or if it is being
   * done already.
   */
  async restore(): Promise<StoredHealth | undefined> {
    if (this.#isReading) return undefined;
    this.#isReading = true;
    try {
      const [now, past] = [await this.#read('health'), await this.#read('health-past')];
      this.#isFaulty = false;
      return { now, past };
    } catch (cause) {
      this.#failed(cause);
      return undefined;
    } finally {
      this.#isReading = false;
    }
  }

  /** Call only if `isIdle`. `stored` is called once all of it is. */
  write(bodies: Partial<Pick<DocumentBodies, HealthKind>>, stored: () => void): void {
    this.#writing = this.#writeAll(bodies)
      .then((isStored) => {
        this.#isFaulty = false;
        if (isStored) stored();
      })
      .catch((cause: unknown) => this.#failed(cause))
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /** Another worker has the broadcast. */
  silence(): void {
    this.#isSilent = true;
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  #failed(cause: unknown): void {
    if (!this.#isFaulty) this.#options.failed(cause);
    this.#isFaulty = true;
  }

  async #writeAll(bodies: Partial<Pick<DocumentBodies, HealthKind>>): Promise<boolean> {
    if (this.#isSilent || !(await this.#options.mayWrite())) {
      this.#isSilent = true;
      return false;
    }
    const stored = [
      bodies.health && (await this.#put('health', bodies.health)),
      bodies['health-past'] && (await this.#put('health-past', bodies['health-past'])),
    ];
    return !stored.includes(false);
  }

  /** Returns false if somebody else wrote it: the next write names its version, unless that was a newer worker. */
  async #put<Kind extends HealthKind>(kind: Kind, body: DocumentBodies[Kind]): Promise<boolean> {
    const { store, lease } = this.#options;
    if (this.#versions[kind] === undefined) await this.#read(kind);
    if (this.#isSilent) return false;
    const version = this.#versions[kind] ?? 0;
    const document = { streamId: lease.streamId, kind, open: false, version, body } as StreamDocument<Kind>;
    try {
      this.#versions[kind] = (await store.putDocument(document)).version;
      return true;
    } catch (cause) {
      if (!(cause instanceof ConditionFailedError)) throw cause;
      delete this.#versions[kind];
      return false;
    }
  }

  async #read<Kind extends HealthKind>(kind: Kind): Promise<DocumentBodies[Kind] | undefined> {
    const { store, lease } = this.#options;
    const found = await store.getDocument(lease.streamId, kind);
    this.#versions[kind] = found?.version ?? 0;
    if (found && found.body.epoch > lease.epoch) this.#isSilent = true;
    return found?.body.broadcastId === lease.broadcastId ? found.body : undefined;
  }
}
