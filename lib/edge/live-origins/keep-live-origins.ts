import { attachedTo, withLiveOrigin } from './policy/attachment.ts';
import type { LiveOrigin } from './policy/live-origin.ts';
import type { Distribution, LiveOriginStore } from './ports.ts';

export interface LiveOriginParts {
  readonly store: LiveOriginStore;
  readonly distribution: Distribution;
  readonly pause: (ms: number) => Promise<void>;
}

/** CloudFront takes three to ten minutes; a function may run for fifteen. */
const pollMs = 10_000;
const longestMs = 13 * 60_000;

/** CloudFront has not finished in the time that a function has. The next try goes on waiting. */
export class DistributionBusyError extends Error {
  override readonly name = 'DistributionBusyError';
  readonly code = 'DISTRIBUTION_BUSY';
}

/**
 * Puts live origins into the distribution, whose template can't name them: the edge is deployed before the regions, and a VPC origin has
 * no id before its balancer (docs/decisions/0036). The edge's store remembers them, because each update of the distribution
 * by CloudFormation takes them out.
 */
export class LiveOrigins {
  readonly #parts: LiveOriginParts;

  constructor(parts: LiveOriginParts) {
    this.#parts = parts;
  }

  /** Sends the region's viewers to it. Waits for the edges only if it takes the place of another, which is then about to be deleted. */
  async attach(region: string, live: LiveOrigin): Promise<void> {
    const { store, distribution } = this.#parts;
    await store.write(region, live);
    const before = await this.#attached(region);
    await distribution.edit((routing) => withLiveOrigin(routing, region, live));
    if (before !== undefined && before !== live.vpcOriginId) await this.#deployed();
  }

  /** Resolves when no edge asks it any more: CloudFront neither changes nor deletes a VPC origin that a distribution has. */
  async detach(region: string): Promise<void> {
    const { store, distribution } = this.#parts;
    await store.write(region, undefined);
    await distribution.edit((routing) => withLiveOrigin(routing, region, undefined));
    await this.#deployed();
  }

  /** Puts back what an update of the distribution has taken out. */
  async reattach(regions: readonly string[]): Promise<void> {
    const { store, distribution } = this.#parts;
    const known: [string, LiveOrigin][] = [];
    for (const region of regions) {
      const live = await store.read(region);
      if (live) known.push([region, live]);
    }
    if (known.length === 0) return;
    await distribution.edit((routing) =>
      known.reduce((edited, [region, live]) => withLiveOrigin(edited, region, live), routing),
    );
  }

  async #attached(region: string): Promise<string | undefined> {
    const routing = await this.#parts.distribution.routing();
    return routing && attachedTo(routing, region);
  }

  async #deployed(): Promise<void> {
    const { distribution, pause } = this.#parts;
    for (let waitedMs = 0; !(await distribution.isDeployed()); waitedMs += pollMs) {
      if (waitedMs >= longestMs)
        throw new DistributionBusyError(
          `CloudFront has not distributed the change after ${longestMs / 60_000} minutes. Try again: it goes on where it stopped.`,
        );
      await pause(pollMs);
    }
  }
}
