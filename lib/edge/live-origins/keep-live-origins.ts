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
/** CloudFormation calls CloudFront within seconds after it has said that it begins. */
const watchEveryMs = 2_000;
const watchMs = 3 * 60_000;

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

  /**
   * Sends the region's viewers to it; where the edge doesn't know the region yet, once it does. Waits for the edges only if it takes the
   * place of another, which is then about to be deleted.
   */
  async attach(region: string, live: LiveOrigin): Promise<void> {
    const { store, distribution } = this.#parts;
    await store.write(region, live);
    const before = await this.#attached(region);
    await distribution.edit((routing) => withLiveOrigin(routing, region, live));
    if (before !== undefined && before !== live.vpcOriginId) await this.#settle(region, live);
  }

  /** Resolves when no edge asks it any more: CloudFront neither changes nor deletes a VPC origin that a distribution has. */
  async detach(region: string): Promise<void> {
    await this.#parts.store.write(region, undefined);
    await this.#settle(region, undefined);
  }

  /** Puts back what an update of the distribution has taken out. Returns whether it had to. */
  reattach(regions: readonly string[]): Promise<boolean> {
    const { store, distribution } = this.#parts;
    return distribution.edit(async (routing) => {
      let edited = routing;
      for (const region of regions) {
        // Each reading costs a tenth of a cent.
        const live = await store.read(region);
        if (live) edited = withLiveOrigin(edited, region, live);
      }
      return edited;
    });
  }

  /**
   * While CloudFormation is updating the distribution: puts back what that takes out as soon as it is out, not only once all edges have
   * it. Ends after that, or when nothing comes.
   */
  async watch(regions: readonly string[]): Promise<void> {
    const { distribution, pause } = this.#parts;
    for (let waitedMs = 0; waitedMs < watchMs; waitedMs += watchEveryMs) {
      const routing = await distribution.routing();
      const isComplete =
        routing !== undefined && regions.every((region) => attachedTo(routing, region) !== undefined);
      if (!isComplete && (await this.reattach(regions))) return;
      await pause(watchEveryMs);
    }
  }

  async #attached(region: string): Promise<string | undefined> {
    const routing = await this.#parts.distribution.routing();
    return routing && attachedTo(routing, region);
  }

  /** Looks at least twice: whoever has read the store before it was written may still write the distribution. */
  async #settle(region: string, live: LiveOrigin | undefined): Promise<void> {
    const { distribution, pause } = this.#parts;
    for (let waitedMs = 0; ; waitedMs += pollMs) {
      await distribution.edit((routing) => withLiveOrigin(routing, region, live));
      if (waitedMs > 0 && (await distribution.isDeployed())) return;
      if (waitedMs >= longestMs)
        throw new DistributionBusyError(
          `CloudFront has not distributed the change after ${longestMs / 60_000} minutes. Try again: it goes on where it stopped.`,
        );
      await pause(pollMs);
    }
  }
}
