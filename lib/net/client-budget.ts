/** What one client may use up at once, and how fast it gets it back. */
export interface Budget {
  readonly burst: number;
  readonly perSecond: number;
}

/** Clients remembered at once; beyond that, the ones that were seen least recently start anew. */
const maxClients = 10_000;

/** A budget for each client (or whatever the key stands for). All times are of a monotonic clock, in ms. */
export class ClientBudgets {
  readonly #budget: Budget;
  readonly #used = new Map<string, { units: number; atMs: number }>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** The units left: below 1, there is nothing to spend. */
  left(client: string, nowMs: number): number {
    const { burst, perSecond } = this.#budget;
    const used = this.#used.get(client);
    if (used === undefined) return burst;
    return Math.min(burst, burst - used.units + ((nowMs - used.atMs) / 1000) * perSecond);
  }

  /** Spends a unit, also where none is left. */
  spend(client: string, nowMs: number): void {
    const { burst } = this.#budget;
    const units = Math.min(burst, burst - this.left(client, nowMs) + 1);
    this.#used.delete(client);
    this.#used.set(client, { units, atMs: nowMs });
    if (this.#used.size <= maxClients) return;
    for (const oldest of this.#used.keys()) {
      this.#used.delete(oldest);
      break;
    }
  }
}
