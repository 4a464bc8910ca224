import type { SegmentGroup } from '../../lib/encoder/encoding/policy/segmenting/segment-groups.ts';
import type { LeaseKeeper } from '../../lib/encoder/lease/lease-keeper.ts';
import type { LeaseTakerOptions, TakenLease } from '../../lib/encoder/lease/lease-taker.ts';
import type { ObjectWrite } from '../../lib/encoder/publication/policy/object-write.ts';
import type { Publication } from '../../lib/encoder/publication/policy/publication.ts';
import { SegmentWriter } from '../../lib/encoder/publication/segment-writer.ts';
import type { Clock } from '../../lib/net/clock.ts';
import { epochMark } from '../../lib/object-store/epoch-mark.ts';
import { ObjectStoreUnavailableError } from '../../lib/object-store/errors.ts';
import type { ObjectStore } from '../../lib/object-store/ports.ts';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import type { BroadcastId, StreamId } from '../../lib/routing/ids.ts';
import type { Invariants } from './invariants.ts';
import type { Network } from './network.ts';
import type { Rules } from './rules.ts';
import type { Host } from './world.ts';

/** The simulation's only stream. */
export const streamId = '0'.repeat(16) as StreamId;

const replayMs = 300;

export interface WorkerSurroundings {
  readonly host: Host;
  readonly network: Network;
  readonly invariants: Invariants;
  readonly rules: Rules;
  /** The broadcast has ended here, and its connection is closed. */
  readonly closed: () => void;
  /** It published a segment. */
  readonly published: () => void;
  /** Its lease has this version now. */
  readonly renewed: (version: number) => void;
}

/** A broadcast that produces a segment each time one segment's length has passed. */
export class SimulatedBroadcast {
  over = false;
  readonly epoch: number;
  readonly #keeper: LeaseKeeper;
  readonly #writer: SegmentWriter;
  readonly #ended: () => void;
  readonly #media: NodeJS.Timeout;
  #next: number;

  constructor(
    { keeper, unfinished }: TakenLease,
    { host, network, invariants, rules, published, renewed }: WorkerSurroundings,
    clock: Clock,
    store: LeaseTakerOptions['store'],
    ended: () => void,
  ) {
    const { epoch, broadcastId } = keeper.lease;
    this.epoch = epoch;
    this.#keeper = keeper;
    this.#ended = ended;
    this.#next = unfinished?.published.nextNumber ?? 0;
    const objects = originOf({ host, network, invariants }, epoch);
    const publication = publicationOf(broadcastId, epoch, this.#next - 1, rules);
    this.#writer = new SegmentWriter(objects, publication, clock, {
      mayWrite: async () => {
        const may = await rules.mayWrite(keeper);
        if (may) invariants.writeBegins(host, epoch);
        return may;
      },
      stored: () => {},
      dropped: () => {},
      published: () => {
        invariants.published(epoch);
        published();
      },
      trouble: () => {},
      recovered: () => {},
      superseded: () => keeper.superseded(),
      faulted: (cause) => {
        throw cause;
      },
    });
    keeper.listen({
      lost: () => {
        invariants.givenUp(host, epoch);
        this.#lost();
      },
      endRequested: () => {},
      renewed,
    });
    this.#media = setInterval(() => this.#make(), segmentMs);
    // Replayed media soon becomes a segment.
    setTimeout(() => this.#make(), replayMs);
    const record = {
      id: broadcastId,
      streamId,
      state: 'live',
      startedAtMs: 0,
      workerId: keeper.lease.workerId,
      epoch,
      renditions: [],
    } as const;
    const tell = (): void => {
      if (!this.over) void store.putBroadcast(record).catch(() => setTimeout(tell, 1000));
    };
    tell();
  }

  async handOver(): Promise<void> {
    if (this.over) return;
    this.over = true;
    clearInterval(this.#media);
    await this.#writer.flush(5000).catch(() => {});
    await this.#keeper.release().catch(() => {});
    this.#ended();
  }

  #make(): void {
    if (this.over) return;
    const number = this.#next++;
    this.#writer.enqueue({ run: 1, number, segments: new Map() }, new Map());
  }

  #lost(): void {
    this.over = true;
    clearInterval(this.#media);
    this.#writer.stop();
    this.#keeper.stop();
    this.#ended();
  }
}

/** The origin as seen by a worker in this epoch. */
export function originOf(
  { host, network, invariants }: Pick<WorkerSurroundings, 'host' | 'network' | 'invariants'>,
  epoch: number,
): ObjectStore {
  return {
    put: (key, body, options) =>
      network.ask(
        host,
        'origin',
        () => invariants.objects.put(key, Buffer.from(body), options, epoch),
        () => new ObjectStoreUnavailableError('no answer'),
      ),
    get: (key) =>
      network.ask(
        host,
        'origin',
        () => {
          const found = invariants.objects.objects.get(key);
          return found && { ...found, contentType: '', cacheControl: '' };
        },
        () => new ObjectStoreUnavailableError('no answer'),
      ),
    list: () => Promise.reject(new Error('not here')),
    delete: () => Promise.reject(new Error('not here')),
    move: () => Promise.reject(new Error('not here')),
  };
}

/** One segment per number, and one playlist that names the newest. */
function publicationOf(id: BroadcastId, epoch: number, last: number, rules: Rules): Publication {
  const object = (key: string, words: string, how: ObjectWrite['how']): ObjectWrite => ({
    key,
    body: [Buffer.from(words, 'latin1')],
    contentType: '',
    cacheControl: '',
    how,
  });
  let newest = last;
  const publication = {
    epoch,
    started: true,
    playlistsDue: true,
    isUnwritten: false,
    complete: () => undefined,
    drop: () => {},
    announcement: () => undefined,
    written: () => {},
    media: ({ number }: SegmentGroup) => {
      const words = `${number} as epoch ${epoch} encoded it`;
      return [{ id: 'segment', object: object(`${id}/segment/${number}`, words, 'once') }];
    },
    prepareGroup: ({ number }: SegmentGroup) => ({
      objects: [],
      commit: () => {
        newest = number;
        return false;
      },
    }),
    playlists: () => [
      object(
        `${id}/playlist`,
        `${newest}\n${rules.marksEpochs ? epochMark('playlist.m3u8', epoch) : ''}`,
        'replace',
      ),
    ],
    manifests: () => [],
    stills: () => undefined,
    end: () => {},
  };
  return publication as unknown as Publication;
}
