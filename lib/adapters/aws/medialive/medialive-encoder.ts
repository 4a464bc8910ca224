import {
  type ChannelState,
  CreateChannelCommand,
  CreateInputCommand,
  DeleteChannelCommand,
  DeleteInputCommand,
  DescribeChannelCommand,
  DescribeInputCommand,
  type Input,
  type InputState,
  MediaLiveClient,
  type MediaLiveClientConfig,
  paginateListChannels,
  paginateListInputs,
  StartChannelCommand,
  StopChannelCommand,
} from '@aws-sdk/client-medialive';
import type {
  ManagedResource,
  ObservedChannel,
  ObservedInput,
} from '../../../control/managed-channels/policy/channel-observations.ts';
import type { ChannelOwner, ChannelPlan } from '../../../control/managed-channels/policy/channel-plan.ts';
import type { ManagedEncoder } from '../../../control/managed-channels/ports.ts';
import { type BroadcastId, isStreamId, type StreamId } from '../../../routing/ids.ts';
import { clientSettings } from '../client-settings.ts';
import { asManagedError, isMissing } from './medialive-faults.ts';
import { type ChannelSurroundings, channelRequest, inputRequest, managedTags } from './medialive-settings.ts';

export interface MediaLiveEncoderOptions {
  readonly around: ChannelSurroundings;
  /** Overrides for settings the SDK would take from the environment. */
  readonly client?: MediaLiveClientConfig;
}

/** AWS MediaLive. `close` closes its connections. */
export function createMediaLiveEncoder({
  around,
  client,
}: MediaLiveEncoderOptions): ManagedEncoder & { close(): void } {
  const settings = clientSettings({ timeoutMs: 5_000, tries: 3, maxConnections: 8 });
  return new MediaLiveEncoder(around, new MediaLiveClient({ ...settings, ...client }));
}

/** Undefined: it no longer exists. States that AWS may add later are treated as transient. */
const inputEvents: Readonly<Record<InputState, ObservedInput['event'] | undefined>> = {
  CREATING: 'input-pending',
  DETACHED: 'input-ready',
  ATTACHED: 'input-ready',
  DELETING: 'input-leaving',
  DELETED: undefined,
};

const channelEvents: Readonly<Record<ChannelState, ObservedChannel['event'] | undefined>> = {
  CREATING: 'channel-pending',
  UPDATING: 'channel-pending',
  CREATE_FAILED: 'channel-broken',
  UPDATE_FAILED: 'channel-broken',
  IDLE: 'channel-idle',
  STARTING: 'channel-starting',
  RUNNING: 'channel-running',
  // MediaLive itself is restarting a pipeline; billing continues.
  RECOVERING: 'channel-running',
  STOPPING: 'channel-stopping',
  DELETING: 'channel-leaving',
  DELETED: undefined,
};

class MediaLiveEncoder implements ManagedEncoder {
  readonly #around: ChannelSurroundings;
  readonly #client: MediaLiveClient;

  constructor(around: ChannelSurroundings, client: MediaLiveClient) {
    this.#around = around;
    this.#client = client;
  }

  findInput(owner: ChannelOwner, id?: string): Promise<ObservedInput | undefined> {
    return this.#callIfPresent('describe the input', async () => {
      if (id !== undefined)
        return observedInput(await this.#client.send(new DescribeInputCommand({ InputId: id })));
      const found = (await this.#inputs()).find((one) => isOf(one, owner));
      return found && { id: found.id, event: found.event, endpoints: found.endpoints };
    });
  }

  findChannel(owner: ChannelOwner, id?: string): Promise<ObservedChannel | undefined> {
    return this.#callIfPresent('describe the channel', async () => {
      if (id !== undefined)
        return observedChannel(await this.#client.send(new DescribeChannelCommand({ ChannelId: id })));
      const found = (await this.#channels()).find((one) => isOf(one, owner));
      return found && { id: found.id, event: found.event };
    });
  }

  createInput(plan: ChannelPlan): Promise<ObservedInput> {
    return this.#call('create an input', async () => {
      const { Input: made } = await this.#client.send(
        new CreateInputCommand(inputRequest(plan, this.#around)),
      );
      return {
        id: made?.Id ?? '',
        event: 'input-pending',
        ...observedInput(made ?? {}),
        endpoints: endpointsOf(made),
      };
    });
  }

  createChannel(plan: ChannelPlan, inputId: string): Promise<ObservedChannel> {
    return this.#call('create a channel', async () => {
      const request = channelRequest(plan, inputId, this.#around);
      const { Channel: made } = await this.#client.send(new CreateChannelCommand(request));
      return observedChannel(made ?? {}) ?? { id: made?.Id ?? '', event: 'channel-pending' };
    });
  }

  async startChannel(id: string): Promise<void> {
    await this.#call('start the channel', () =>
      this.#client.send(new StartChannelCommand({ ChannelId: id })),
    );
  }

  async stopChannel(id: string): Promise<void> {
    await this.#callIfPresent('stop the channel', () =>
      this.#client.send(new StopChannelCommand({ ChannelId: id })),
    );
  }

  async deleteChannel(id: string): Promise<void> {
    await this.#callIfPresent('delete the channel', () =>
      this.#client.send(new DeleteChannelCommand({ ChannelId: id })),
    );
  }

  async deleteInput(id: string): Promise<void> {
    await this.#callIfPresent('delete the input', () =>
      this.#client.send(new DeleteInputCommand({ InputId: id })),
    );
  }

  list(): Promise<ManagedResource[]> {
    return this.#call('list channels and inputs', async () => [
      ...(await this.#channels()),
      ...(await this.#inputs()),
    ]);
  }

  close(): void {
    this.#client.destroy();
  }

  async #inputs(): Promise<(ManagedResource & { kind: 'input' })[]> {
    const found: (ManagedResource & { kind: 'input' })[] = [];
    for await (const { Inputs = [] } of paginateListInputs({ client: this.#client, pageSize }, {})) {
      for (const one of Inputs) {
        const owner = this.#ownerOf(one.Tags);
        const observation = observedInput(one);
        if (owner && observation) found.push({ kind: 'input', ...owner, ...observation });
      }
    }
    return found;
  }

  async #channels(): Promise<(ManagedResource & { kind: 'channel' })[]> {
    const found: (ManagedResource & { kind: 'channel' })[] = [];
    for await (const { Channels = [] } of paginateListChannels({ client: this.#client, pageSize }, {})) {
      for (const one of Channels) {
        const owner = this.#ownerOf(one.Tags);
        const observation = observedChannel(one);
        if (owner && observation) found.push({ kind: 'channel', ...owner, ...observation });
      }
    }
    return found;
  }

  /** Undefined if it belongs to another deployment, whose channels are never touched. */
  #ownerOf(tags: Record<string, string> = {}): (ChannelOwner & { askedAtMs: number }) | undefined {
    const { [managedTags.stream]: streamId = '', [managedTags.broadcast]: broadcastId = '' } = tags;
    if (tags[managedTags.deployment] !== this.#around.deployment) return undefined;
    if (!isStreamId(streamId) || broadcastId === '') return undefined;
    const askedAtMs = Date.parse(tags[managedTags.askedAt] ?? '');
    return {
      streamId: streamId as StreamId,
      broadcastId: broadcastId as BroadcastId,
      askedAtMs: Number.isFinite(askedAtMs) ? askedAtMs : 0,
    };
  }

  /** Undefined if the resource does not exist; then it need not be stopped or deleted either. */
  async #callIfPresent<Result>(what: string, call: () => Promise<Result>): Promise<Result | undefined> {
    return this.#call(what, () =>
      call().catch((fault: unknown) => {
        if (isMissing(fault)) return undefined;
        throw fault;
      }),
    );
  }

  async #call<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (fault) {
      throw asManagedError(fault, what);
    }
  }
}

const pageSize = 100;

const isOf = (one: ChannelOwner, owner: ChannelOwner): boolean =>
  one.streamId === owner.streamId && one.broadcastId === owner.broadcastId;

function observedInput(input: Input): ObservedInput | undefined {
  const { Id: id, State: state } = input;
  const event = state && (state in inputEvents ? inputEvents[state] : 'input-pending');
  return id && event ? { id, event, endpoints: endpointsOf(input) } : undefined;
}

const endpointsOf = (input: Input | undefined): string[] =>
  (input?.Destinations ?? []).flatMap(({ Url }) => Url ?? []);

function observedChannel({
  Id: id,
  State: state,
}: {
  Id?: string;
  State?: ChannelState;
}): ObservedChannel | undefined {
  const event = state && (state in channelEvents ? channelEvents[state] : 'channel-pending');
  return id && event ? { id, event } : undefined;
}
