/** Failed health checks in a row that take a target out; one success brings it back. */
const failuresUntilOut = 2;

export interface TargetState<Target> {
  readonly target: Target;
  /** Out until the first success: a balancer that starts knows nothing. */
  readonly healthy: boolean;
  readonly connections: number;
}

/** The targets of a balancer, their health and how many connections each has. Pure. */
export class TargetTable<Target> {
  readonly #rows: { target: Target; healthy: boolean; failures: number; connections: number }[];

  constructor(targets: readonly Target[]) {
    this.#rows = targets.map((target) => ({ target, healthy: false, failures: 0, connections: 0 }));
  }

  get states(): TargetState<Target>[] {
    return this.#rows.map(({ target, healthy, connections }) => ({ target, healthy, connections }));
  }

  /** Takes in a health check, or a failed connect; true where the target went in or out by it. */
  report(target: Target, succeeded: boolean): boolean {
    const row = this.#row(target);
    const before = row.healthy;
    row.failures = succeeded ? 0 : row.failures + 1;
    if (succeeded) row.healthy = true;
    else if (row.failures >= failuresUntilOut) row.healthy = false;
    return row.healthy !== before;
  }

  /**
   * Targets to try, best first: healthy ones by fewest connections, equal ones in the table's order. With no healthy
   * target all are tried: like a network load balancer it fails open, because a wrong health check must not be an outage.
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
    if (row === undefined) throw new RangeError('not a target of this table');
    return row;
  }
}
