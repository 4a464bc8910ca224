/** Consecutive failed health checks after which a target is out; one success brings it back. */
const failuresUntilOut = 2;

export interface TargetState<Target> {
  readonly target: Target;
  /** False until the first success, because a starting balancer knows nothing. */
  readonly healthy: boolean;
  readonly connections: number;
}

/** A balancer's targets with their health and connection counts. Pure. */
export class TargetTable<Target> {
  readonly #rows: { target: Target; healthy: boolean; failures: number; connections: number }[];

  constructor(targets: readonly Target[]) {
    this.#rows = targets.map((target) => ({ target, healthy: false, failures: 0, connections: 0 }));
  }

  get states(): TargetState<Target>[] {
    return this.#rows.map(({ target, healthy, connections }) => ({ target, healthy, connections }));
  }

  /** Records a health check or a failed connect; true if it changed the target's health. */
  report(target: Target, succeeded: boolean): boolean {
    const row = this.#row(target);
    const before = row.healthy;
    row.failures = succeeded ? 0 : row.failures + 1;
    if (succeeded) row.healthy = true;
    else if (row.failures >= failuresUntilOut) row.healthy = false;
    return row.healthy !== before;
  }

  /**
   * Targets to try, best first: healthy ones by fewest connections, ties in table order. Without any healthy target all are
   * tried: like a Network Load Balancer it fails open, because a faulty health check must not cause an outage.
   */
  order(): Target[] {
    const healthy = this.#rows.filter((row) => row.healthy);
    return [...(healthy.length > 0 ? healthy : this.#rows)]
      .sort((a, b) => a.connections - b.connections)
      .map(({ target }) => target);
  }

  opened(target: Target): void {
    this.#row(target).connections += 1;
  }

  closed(target: Target): void {
    this.#row(target).connections -= 1;
  }

  #row(target: Target) {
    const row = this.#rows.find((candidate) => candidate.target === target);
    if (row === undefined) throw new RangeError('The target is not in this table');
    return row;
  }
}
