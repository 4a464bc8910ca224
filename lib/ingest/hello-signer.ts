import type { Clock } from '../net/clock.ts';
import { encodeRelayHello, type RelayHello } from '../protocol/relay/hello.ts';
import { type RelayKeys, sealHello } from '../protocol/relay/seal.ts';
import type { MemberId } from '../routing/ids.ts';

/** Far more than a fleet has; old workers are forgotten all at once. */
const mostOffsets = 1_000;

/** Seals hellos for the worker that they are meant for, in its time: workers say so when our clocks differ. */
export class HelloSigner {
  readonly #keys: () => RelayKeys;
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #offsetsMs = new Map<MemberId, number>();

  constructor(keys: () => RelayKeys, clock: Pick<Clock, 'wallMs'>) {
    this.#keys = keys;
    this.#clock = clock;
  }

  sign(hello: RelayHello, worker: MemberId): Buffer {
    const sentAtMs = Math.max(0, this.#clock.wallMs() + (this.#offsetsMs.get(worker) ?? 0));
    return sealHello(encodeRelayHello(hello), { worker, sentAtMs }, this.#keys());
  }

  /** What a worker's clock shows now. */
  setClock(worker: MemberId, nowMs: number): void {
    if (this.#offsetsMs.size >= mostOffsets) this.#offsetsMs.clear();
    this.#offsetsMs.set(worker, nowMs - this.#clock.wallMs());
  }
}
