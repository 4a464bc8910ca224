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
  /** What the SDK is not to take from the environment. */
  readonly client?: MediaLiveClientConfig;
}

/** MediaLive. `close` lets its connections go. */
export function createMediaLiveEncoder({
  around,
  client,
}: MediaLiveEncoderOptions): ManagedEncoder & { close(): void } {
  const settings = clientSettings({ timeoutMs: 5_000, tries: 3, maxConnections: 8 });
  return new MediaLiveEncoder(around, new MediaLiveClient({ ...settings, ...client }));
}

/** Undefined: it is there no more. A state that AWS adds one day is waited for, like one that passes. */
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
  // A pipeline is being started anew by MediaLive itself; it is billed on.
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
    return this.#asking('show the input', async () => {
      if (id !== undefined)
        return observedInput(await this.#client.send(new DescribeInputCommand({ InputId: id })));
      const found = (await this.#inputs()).find((one) => isOf(one, owner));
      return found && { id: found.id, event: found.event, endpoints: found.endpoints };
    });
  }

  findChannel(owner: ChannelOwner, id?: string): Promise<ObservedChannel | undefined> {
    return this.#asking('show the channel', async () => {
      if (id !== undefined)
        return observedChannel(await this.#client.send(new DescribeChannelCommand({ ChannelId: id })));
      const found = (await this.#channels()).find((one) => isOf(one, owner));
      return found && { id: found.id, event: found.event };
    });
  }

  createInput(plan: ChannelPlan): Promise<ObservedInput> {
    return this.#telling('make an input', async () => {
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
    return this.#telling('make a channel', async () => {
      const request = channelRequest(plan, inputId, this.#around);
      const { Channel: made } = await this.#client.send(new CreateChannelCommand(request));
      return observedChannel(made ?? {}) ?? { id: made?.Id ?? '', event: 'channel-pending' };
    });
  }

  async startChannel(id: string): Promise<void> {
    await this.#telling('start the channel', () =>
      this.#client.send(new StartChannelCommand({ ChannelId: id })),
    );
  }

  async stopChannel(id: string): Promise<void> {
    await this.#asking('stop the channel', () =>
      this.#client.send(new StopChannelCommand({ ChannelId: id })),
    );
  }

  async deleteChannel(id: string): Promise<void> {
    await this.#asking('delete the channel', () =>
      this.#client.send(new DeleteChannelCommand({ ChannelId: id })),
    );
  }

  async deleteInput(id: string): Promise<void> {
    await this.#asking('delete the input', () => this.#client.send(new DeleteInputCommand({ InputId: id })));
  }

  list(): Promise<ManagedResource[]> {
    return this.#telling('list channels and inputs', async () => [
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
        const sight = observedInput(one);
        if (owner && sight) found.push({ kind: 'input', ...owner, ...sight });
      }
    }
    return found;
  }

  async #channels(): Promise<(ManagedResource & { kind: 'channel' })[]> {
    const found: (ManagedResource & { kind: 'channel' })[] = [];
    for await (const { Channels = [] } of paginateListChannels({ client: this.#client, pageSize }, {})) {
      for (const one of Channels) {
        const owner = this.#ownerOf(one.Tags);
        const sight = observedChannel(one);
        if (owner && sight) found.push({ kind: 'channel', ...owner, ...sight });
      }
    }
    return found;
  }

  /** Undefined where it is not this deployment's: others' channels are never touched. */
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

  /** Undefined where it is not there: then it need not be stopped or deleted either. */
  async #asking<Result>(what: string, call: () => Promise<Result>): Promise<Result | undefined> {
    return this.#telling(what, () =>
      call().catch((fault: unknown) => {
        if (isMissing(fault)) return undefined;
        throw fault;
      }),
    );
  }

  async #telling<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
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
