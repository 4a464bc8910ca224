import { deliveryRuleFor } from '../../edge/policy/delivery.ts';
import { epochOf } from '../../object-store/epoch-mark.ts';
import { isPreconditionFailed } from '../../object-store/errors.ts';
import {
  broadcastPrefix,
  dashManifestName,
  hlsIndexName,
  posterName,
  storyboardName,
  streamPrefix,
} from '../../object-store/object-names.ts';
import type { ObjectStore } from '../../object-store/ports.ts';
import { rewrite } from '../../retry/rewrite.ts';
import { channelIndex, namedPlaylists, type PipelinePlaylist } from './policy/channel-index.ts';
import type { ChannelPlan } from './policy/channel-plan.ts';

export type IndexObjects = Pick<ObjectStore, 'get' | 'put' | 'delete'>;

/** What only Headwater's encoders make. */
const fleetOnly = [dashManifestName, storyboardName, posterName];

/** Sends a stream's players to the playlists of its channel. */
export class ChannelIndexWriter {
  readonly #objects: IndexObjects;
  readonly #region: string;

  constructor(objects: IndexObjects, region: string) {
    this.#objects = objects;
    this.#region = region;
  }

  /**
   * `waiting` until all pipelines' playlists are in the origin (with `anyPipeline`: those of one); `superseded` if a newer epoch
   * has the stream. This tier has HLS only, and no pictures, so it removes what the stream has of them, which belongs to an older
   * broadcast.
   * Throws the object store's errors.
   */
  async publish(
    plan: ChannelPlan,
    epoch: number,
    anyPipeline: boolean,
  ): Promise<'index-there' | 'waiting' | 'superseded'> {
    const found = await Promise.all(plan.destinations.map((destination) => this.#playlists(destination)));
    const there = found.filter((one) => one !== undefined);
    if (there.length === 0 || (there.length < found.length && !anyPipeline)) return 'waiting';

    const stream = streamPrefix(this.#region, plan.streamId);
    const broadcast = broadcastPrefix(this.#region, plan.streamId, plan.broadcastId);
    // The broadcast's own index first: the recording is found through it.
    for (const folder of [broadcast, stream]) {
      const playlists = there.map(({ path, text }) => ({ folder: path.slice(folder.length), text }));
      if (!(await this.#write(`${folder}${hlsIndexName}`, playlists, epoch))) return 'superseded';
    }
    for (const name of fleetOnly) if (!(await this.#remove(`${stream}${name}`, epoch))) return 'superseded';
    return 'index-there';
  }

  /** A pipeline's playlists, once all of them can be read. */
  async #playlists(destination: string): Promise<{ path: string; text: string } | undefined> {
    const main = await this.#objects.get(`${destination}.m3u8`);
    if (!main) return undefined;
    const path = destination.slice(0, destination.lastIndexOf('/') + 1);
    const text = main.body.toString('utf8');
    const named = namedPlaylists(text);
    const readable = await Promise.all(named.map((name) => this.#objects.get(path + name)));
    return named.length > 0 && readable.every(Boolean) ? { path, text } : undefined;
  }

  /** False if a newer epoch owns the object. */
  #write(key: string, playlists: readonly PipelinePlaylist[], epoch: number): Promise<boolean> {
    const body = Buffer.from(channelIndex(playlists, key, epoch));
    const rule = deliveryRuleFor(key);
    if (!rule) throw new Error(`No delivery rule for ${key}`);
    const { contentType, cacheControl } = rule;
    return rewrite(async () => {
      const found = await this.#objects.get(key);
      if (found && epochOf(found.body) > epoch) return false;
      if (found?.body.equals(body)) return true;
      const condition = found ? { ifMatch: found.etag } : { ifNoneMatch: '*' as const };
      await this.#objects.put(key, body, { contentType, cacheControl, ...condition });
      return true;
    }, isPreconditionFailed);
  }

  /**
   * False if a newer epoch owns the object. If another worker writes it between `get` and `delete`, it writes it again with its
   * next segment.
   */
  async #remove(key: string, epoch: number): Promise<boolean> {
    const found = await this.#objects.get(key);
    if (!found) return true;
    if (epochOf(found.body) > epoch) return false;
    await this.#objects.delete(key);
    return true;
  }
}
