import type { FleetMember, LeaseRecord } from '../../control-store/records.ts';
import type { MemberId, StreamId } from '../../routing/ids.ts';
import { chooseWorker, type FleetView } from './fleet-view.ts';

export interface RoundRequest {
  readonly streamId: StreamId;
  /** As read for this round; undefined if there is none, or if the control store can't be read. */
  readonly lease: LeaseRecord | undefined;
  readonly fleet: FleetView;
  /** The broadcast is being moved: it stays on the same kind of encoder if possible. */
  readonly moves: boolean;
  /** The draining worker that the publisher leaves: never asked. */
  readonly movesFrom: MemberId | undefined;
  /** A worker to try last: it read nothing of this stream for too long. */
  readonly avoid: MemberId | undefined;
}

/**
 * One round through the workers for a stream: each is asked once, best first. A worker that refuses may name the lease's holder, which
 * comes next then.
 */
export class WorkerRound {
  readonly #request: RoundRequest;
  readonly #candidates: FleetMember[];
  readonly #asked = new Set<MemberId>();

  constructor(request: RoundRequest) {
    const { streamId, lease, fleet, moves, movesFrom, avoid } = request;
    this.#request = request;
    this.#candidates = chooseWorker(streamId, lease, fleet, moves)
      .filter(({ id }) => id !== movesFrom)
      .sort((a, b) => Number(a.id === avoid) - Number(b.id === avoid));
  }

  /** As read when the round began. */
  get lease(): LeaseRecord | undefined {
    return this.#request.lease;
  }

  /** The worker to ask now; undefined once all have been asked. */
  next(): FleetMember | undefined {
    for (let member = this.#candidates.shift(); member; member = this.#candidates.shift()) {
      if (this.#asked.has(member.id)) continue;
      this.#asked.add(member.id);
      return member;
    }
    return undefined;
  }

  /** The last one refused; `holder`: the worker that it named. */
  refused(holder?: MemberId): void {
    if (holder === undefined || holder === this.#request.movesFrom) return;
    const member = this.#request.fleet.find(holder);
    if (member) this.#candidates.unshift(member);
  }
}
