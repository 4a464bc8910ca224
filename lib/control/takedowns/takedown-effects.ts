import { isConditionFailed } from '../../control-store/errors.ts';
import { formatDuration } from '../../control-store/format.ts';
import { channelWords, mayWrite } from '../../control-store/managed/managed-channel.ts';
import type { DocumentStore, LeaseStore, StreamStore } from '../../control-store/ports.ts';
import type { Takedown, TakedownStep } from '../../control-store/takedown.ts';
import type { Clock } from '../../net/clock.ts';
import { quarantinePrefix, streamPrefix } from '../../object-store/object-names.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import { rewrite } from '../../retry/rewrite.ts';
import type { MemberId, StreamId } from '../../routing/ids.ts';
import { invalidate } from '../background-steps.ts';
import type { StalenessTracker } from '../policy/staleness.ts';
import { leaseSilentMs } from '../policy/stream-state.ts';
import type { EdgeDenials, Invalidations } from '../ports.ts';
import { moveObjects } from '../stored-objects.ts';

export interface TakedownEffectsOptions {
  readonly store: Pick<StreamStore, 'getStream' | 'updateStream'> &
    Pick<DocumentStore, 'getDocument'> &
    Pick<LeaseStore, 'getLease' | 'takeLease' | 'releaseLease' | 'requestEnd'>;
  readonly denials: Pick<EdgeDenials, 'deny' | 'allow' | 'isDenied'>;
  readonly invalidations: Invalidations;
  readonly objects: Pick<ObjectStore, 'list' | 'move' | 'delete'>;
  readonly region: string;
  /** Unix milliseconds for people, monotonic milliseconds for decisions. */
  readonly clock: Clock;
  /** Identifies the running program; unique among programs that run at the same time. */
  readonly id: MemberId;
  /** How long leases have been unchanged. */
  readonly leases: StalenessTracker;
}

/** `waitsFor` is left out once the step is done. */
export interface StepOutcome {
  readonly waitsFor?: string;
  readonly invalidation?: string;
  /** Not done yet, but some progress was made. */
  readonly progressed?: boolean;
}

const done: StepOutcome = {};
/** Time for a worker to publish its remaining media and close the recording, by our clock. */
const endWithinMs = 30_000;

/** The effects of each step of a takedown or restore. All are idempotent and can be interrupted and repeated. */
export class TakedownEffects {
  readonly #options: TakedownEffectsOptions;

  constructor(options: TakedownEffectsOptions) {
    this.#options = options;
  }

  /** Starts nothing new after `untilMs` (monotonic). Throws whatever the ports throw. */
  perform(streamId: StreamId, step: TakedownStep, takedown: Takedown, untilMs: number): Promise<StepOutcome> {
    const { direction } = takedown;
    const taking = direction === 'takedown';
    switch (step) {
      case 'refuse':
        return this.#refuse(streamId, taking ? takedown : undefined);
      case 'deny':
        return this.#deny(streamId, taking);
      case 'cut':
        return this.#cut(streamId);
      case 'invalidate':
        return this.#invalidate(streamId, takedown);
      case 'quarantine': {
        const open = streamPrefix(this.#options.region, streamId);
        const dark = quarantinePrefix + open;
        return taking ? this.#move(open, dark, untilMs) : this.#move(dark, open, untilMs);
      }
    }
  }

  #refuse(streamId: StreamId, takedown: Takedown | undefined): Promise<StepOutcome> {
    const { store } = this.#options;
    return rewrite(async () => {
      const stream = await store.getStream(streamId);
      // Nobody can publish to a deleted stream.
      if (!stream) return done;
      const { takenDown, ...rest } = stream;
      if (takenDown?.atMs === takedown?.askedAtMs) return done;
      const wanted = takedown
        ? { ...rest, takenDown: { reason: takedown.reason, atMs: takedown.askedAtMs } }
        : rest;
      await store.updateStream(wanted);
      return done;
    }, isConditionFailed);
  }

  async #deny(streamId: StreamId, deny: boolean): Promise<StepOutcome> {
    const { denials, region } = this.#options;
    const path = `${region}/${streamId}`;
    await (deny ? denials.deny(path) : denials.allow(path));
    if ((await denials.isDenied(path)) === deny) return done;
    return { waitsFor: `The edge has been updated but does not ${deny ? 'block' : 'serve'} the stream yet.` };
  }

  /**
   * Done when nobody may write the stream. Because `refuse` is done, any worker that takes the lease from now on sees that the
   * stream is taken down: workers check the record after taking the lease.
   */
  async #cut(streamId: StreamId): Promise<StepOutcome> {
    const { store, leases, clock, id: workerId } = this.#options;
    const lease = await store.getLease(streamId);
    if (!lease || lease.released) return this.#cutChannel(streamId);
    const nowMs = clock.nowMs();
    const silentForMs = leases.unchangedForMs(`lease/${streamId}`, lease.version, nowMs);
    const endingForMs = leases.unchangedForMs(`end/${streamId}`, lease.epoch, nowMs);
    try {
      if (silentForMs >= leaseSilentMs || endingForMs >= endWithinMs) {
        // A worker that was only paused must not continue writing when it wakes up: the new epoch fences it off.
        const { broadcastId } = lease;
        const { epoch } = await store.takeLease({ streamId, workerId, broadcastId, observed: lease });
        await store.releaseLease({ streamId, workerId, epoch });
        return this.#cutChannel(streamId);
      }
      if (!lease.endRequested) await store.requestEnd(streamId, lease.broadcastId);
    } catch (cause) {
      if (!isConditionFailed(cause)) throw cause;
    }
    return {
      waitsFor:
        `${lease.workerId} is ending the broadcast. If it is silent for ${formatDuration(leaseSilentMs)} or not done ` +
        `within ${formatDuration(endWithinMs)}, it loses the lease.`,
    };
  }

  /** A managed channel writes independently of the lease. Its own driver stops it once the broadcast has ended. */
  async #cutChannel(streamId: StreamId): Promise<StepOutcome> {
    const channel = await this.#options.store.getDocument(streamId, 'channel');
    if (!channel || !mayWrite(channel.body)) return done;
    return { waitsFor: channelWords(channel.body, this.#options.clock.wallMs()) };
  }

  #invalidate(streamId: StreamId, { invalidation, turn }: Takedown): Promise<StepOutcome> {
    const { invalidations, region } = this.#options;
    const paths = [`/${region}/${streamId}/*`];
    return invalidate(invalidations, { paths, reference: `${streamId}-${turn}`, begun: invalidation });
  }

  async #move(from: string, to: string, untilMs: number): Promise<StepOutcome> {
    const { objects, clock } = this.#options;
    const { isDone, objects: moved } = await moveObjects(objects, from, to, { untilMs, nowMs: clock.nowMs });
    if (isDone) return done;
    const waitsFor = `Recordings are being moved: ${moved} objects in this run, more remaining.`;
    return { waitsFor, progressed: moved > 0 };
  }
}
