import type { FleetMember, LeaseRecord } from '../../../lib/control-store/records.ts';
import { LiveUpstream } from '../../../lib/edge/live-origin/live-upstream.ts';
import type { MediaAddress, UpstreamAnswer, UpstreamRequest } from '../../../lib/edge/ports.ts';
import type { BroadcastId, MemberId, StreamId } from '../../../lib/routing/ids.ts';
import { UpstreamCall } from '../scripted-upstream.ts';

export const stream = '7h2kq4m8n5v3x9zc' as StreamId;
export const broadcast = '0jm8q4m8n5v3x9zc' as BroadcastId;
export const folder = `/local/${stream}/${broadcast}/720p/`;
export const playlist = `${folder}playlist.m3u8`;
export const reload = `${playlist}?_HLS_msn=7&_HLS_part=2`;

/** A request that reached a worker. */
export class WorkerCall extends UpstreamCall {
  readonly worker: MemberId;

  constructor(worker: MemberId, request: UpstreamRequest) {
    super(request);
    this.worker = worker;
  }
}

/** A control store, workers and a clock that do what the test says. */
export class Workers {
  lease: LeaseRecord | undefined;
  isStoreDown = false;
  leaseReads: string[] = [];
  readonly calls: WorkerCall[] = [];
  probes = 0;
  /** Workers that don't answer probes. */
  readonly silent = new Set<string>();
  readonly events: { event: string }[] = [];
  readonly upstream: LiveUpstream;

  constructor() {
    const members = ['encoder-1', 'encoder-2'].map(
      (id, index): FleetMember => ({
        id: id as MemberId,
        role: 'encoder',
        host: '192.0.2.1',
        port: 1,
        capacity: 4,
        load: 0,
        state: 'active',
        version: 1,
        mediaPort: 9000 + index,
      }),
    );
    this.upstream = new LiveUpstream({
      store: {
        getLease: async (id) => {
          this.leaseReads.push(id);
          if (this.isStoreDown) throw new Error('down');
          return id === stream ? this.lease : undefined;
        },
        listFleet: async () => {
          if (this.isStoreDown) throw new Error('down');
          return members;
        },
      },
      requests: { get: (worker, request) => this.#get(worker, request) },
      clock: { nowMs: () => performance.now() },
      emit: (event) => this.events.push({ event }),
    });
    this.hold('encoder-1', 1);
  }

  get last(): WorkerCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error('No worker was asked');
    return call;
  }

  hold(worker: string, epoch: number, released = false): void {
    this.lease = {
      streamId: stream,
      workerId: worker as MemberId,
      epoch,
      version: 1,
      broadcastId: broadcast,
      released,
      endRequested: false,
    };
  }

  /** Asks the live origin's upstream; the result fills in when there is an answer. */
  ask(target: string, held = false): { status?: number; answer?: UpstreamAnswer } {
    const result: { status?: number; answer?: UpstreamAnswer } = {};
    void this.upstream.get({ target, held }).then((answer) => {
      result.status = answer.status;
      result.answer = answer;
    });
    return result;
  }

  #get({ id }: MediaAddress, request: UpstreamRequest): Promise<UpstreamAnswer> {
    const call = new WorkerCall(id, request);
    if (request.target === '/healthz') {
      this.probes++;
      if (this.silent.has(id)) void call.refuse('UPSTREAM_TIMEOUT');
      else void call.head(200);
      return call.answered;
    }
    this.calls.push(call);
    return call.answered;
  }
}
