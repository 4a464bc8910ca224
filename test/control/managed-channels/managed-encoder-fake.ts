import {
  ManagedEncoderError,
  type ManagedRefusal,
  type ManagedResource,
  type ObservedChannel,
  type ObservedInput,
} from '../../../lib/control/managed-channels/policy/channel-observations.ts';
import type { ChannelOwner, ChannelPlan } from '../../../lib/control/managed-channels/policy/channel-plan.ts';
import type { ManagedEncoder } from '../../../lib/control/managed-channels/ports.ts';

interface FakeInput {
  readonly id: string;
  readonly plan: ChannelPlan;
  readonly readyAtMs: number;
  deletedAtMs?: number;
}

type Phase = 'creating' | 'idle' | 'starting' | 'running' | 'stopping' | 'deleting' | 'broken';

interface FakeChannel {
  readonly id: string;
  readonly plan: ChannelPlan;
  readonly inputId: string;
  phase: Phase;
  /** When the phase passes into the next. */
  untilMs: number;
  ranMs: number;
  runsSinceMs?: number;
}

export interface FakeFaults {
  /** What a call is refused with. */
  readonly refuse?: (operation: string) => ManagedRefusal | undefined;
  readonly createFails?: boolean;
  readonly neverStarts?: boolean;
  /** It ends by itself, so long after it began to run. */
  readonly diesAfterMs?: number;
}

/** MediaLive as it is documented, in virtual time: states take their time, and what is not right for a state is refused. */
export class FakeManagedEncoder implements ManagedEncoder {
  readonly calls: string[] = [];
  readonly inputs: FakeInput[] = [];
  readonly channels: FakeChannel[] = [];
  faults: FakeFaults = {};
  readonly #nowMs: () => number;
  readonly #wrote: (plan: ChannelPlan) => void;

  /** `wrote`: a channel has its first playlists in the origin. */
  constructor(nowMs: () => number, wrote: (plan: ChannelPlan) => void = () => {}) {
    this.#nowMs = nowMs;
    this.#wrote = wrote;
  }

  /** What costs money, or stands in the way of the next one. */
  left(): { readonly inputs: number; readonly channels: number; readonly running: number } {
    const channels = this.#channels();
    return {
      inputs: this.#inputs().length,
      channels: channels.length,
      running: channels.filter(({ phase }) => phase === 'running' || phase === 'starting').length,
    };
  }

  async findInput(owner: ChannelOwner, id?: string): Promise<ObservedInput | undefined> {
    this.#called('find-input');
    const found = this.#inputs().find((one) => (id === undefined ? isOf(one.plan, owner) : one.id === id));
    return found && this.#observedInput(found);
  }

  async findChannel(owner: ChannelOwner, id?: string): Promise<ObservedChannel | undefined> {
    this.#called('find-channel');
    const found = this.#channels().find((one) => (id === undefined ? isOf(one.plan, owner) : one.id === id));
    return found && observedChannel(found);
  }

  async createInput(plan: ChannelPlan): Promise<ObservedInput> {
    this.#called('create-input');
    // The same request asks for the same input, also where that is gone by now.
    const found = this.inputs.find((one) => isOf(one.plan, plan));
    if (found) return this.#observedInput(found);
    const input = { id: `input-${this.inputs.length}`, plan, readyAtMs: this.#nowMs() + 3_000 };
    this.inputs.push(input);
    return this.#observedInput(input);
  }

  async createChannel(plan: ChannelPlan, inputId: string): Promise<ObservedChannel> {
    this.#called('create-channel');
    const found = this.channels.find((one) => isOf(one.plan, plan));
    if (found) return observedChannel(found);
    if (!this.#inputs().some((one) => one.id === inputId)) throw refused('invalid');
    const untilMs = this.#nowMs() + 10_000;
    const channel: FakeChannel = {
      id: `channel${this.channels.length}`,
      plan,
      inputId,
      phase: 'creating',
      untilMs,
      ranMs: 0,
    };
    this.channels.push(channel);
    return observedChannel(channel);
  }

  async startChannel(id: string): Promise<void> {
    this.#called('start');
    this.#move(id, ['idle'], 'starting', 40_000);
  }

  async stopChannel(id: string): Promise<void> {
    this.#called('stop');
    this.#move(id, ['running', 'starting'], 'stopping', 20_000);
  }

  async deleteChannel(id: string): Promise<void> {
    this.#called('delete-channel');
    this.#move(id, ['idle', 'broken'], 'deleting', 10_000);
  }

  async deleteInput(id: string): Promise<void> {
    this.#called('delete-input');
    const input = this.#inputs().find((one) => one.id === id);
    if (!input) return;
    if (this.#channels().some((one) => one.inputId === id)) throw refused('conflict');
    input.deletedAtMs ??= this.#nowMs() + 2_000;
  }

  async list(): Promise<ManagedResource[]> {
    this.#called('list');
    return [
      ...this.#channels().map((one) => ({
        kind: 'channel' as const,
        ...ownerOf(one.plan),
        ...observedChannel(one),
      })),
      ...this.#inputs().map((one) => ({
        kind: 'input' as const,
        ...ownerOf(one.plan),
        ...this.#observedInput(one),
      })),
    ];
  }

  #called(operation: string): void {
    this.calls.push(operation);
    const refusal = this.faults.refuse?.(operation);
    if (refusal) throw refused(refusal);
  }

  #inputs(): FakeInput[] {
    return this.inputs.filter(({ deletedAtMs }) => deletedAtMs === undefined || deletedAtMs > this.#nowMs());
  }

  #channels(): FakeChannel[] {
    for (const channel of this.channels) this.#pass(channel);
    return this.channels.filter((one) => !(one.phase === 'deleting' && one.untilMs <= this.#nowMs()));
  }

  #pass(channel: FakeChannel): void {
    const { createFails, neverStarts, diesAfterMs } = this.faults;
    const now = this.#nowMs();
    if (channel.phase === 'running') {
      const diesAtMs = (channel.runsSinceMs ?? now) + (diesAfterMs ?? Number.POSITIVE_INFINITY);
      if (now >= diesAtMs) this.#enter(channel, 'idle');
      else if (now >= channel.untilMs) this.#wrote(channel.plan);
    } else if (now >= channel.untilMs) {
      if (channel.phase === 'creating') this.#enter(channel, createFails ? 'broken' : 'idle');
      else if (channel.phase === 'stopping') this.#enter(channel, 'idle');
      else if (channel.phase === 'starting' && !neverStarts) this.#enter(channel, 'running', 8_000);
    }
  }

  #move(id: string, from: readonly Phase[], to: Phase, lastsMs: number): void {
    const channel = this.#channels().find((one) => one.id === id);
    if (!channel) return;
    if (!from.includes(channel.phase)) throw refused('conflict');
    this.#enter(channel, to, lastsMs);
  }

  #enter(channel: FakeChannel, phase: Phase, lastsMs = 0): void {
    const now = this.#nowMs();
    if (phase === 'running') channel.runsSinceMs = now;
    else if (channel.runsSinceMs !== undefined) {
      channel.ranMs += now - channel.runsSinceMs;
      delete channel.runsSinceMs;
    }
    channel.phase = phase;
    channel.untilMs = now + lastsMs;
  }

  #observedInput({ id, readyAtMs, plan, deletedAtMs }: FakeInput): ObservedInput {
    const ready = this.#nowMs() >= readyAtMs;
    const event = deletedAtMs !== undefined ? 'input-leaving' : ready ? 'input-ready' : 'input-pending';
    const endpoints = plan.destinations.map(
      (_, pipeline) => `rtmp://10.0.0.${pipeline + 4}:1935/${id}/${pipeline}`,
    );
    return { id, event, endpoints: ready ? endpoints : [] };
  }
}

const sights: Readonly<Record<Phase, ObservedChannel['event']>> = {
  creating: 'channel-pending',
  idle: 'channel-idle',
  starting: 'channel-starting',
  running: 'channel-running',
  stopping: 'channel-stopping',
  deleting: 'channel-leaving',
  broken: 'channel-broken',
};

const observedChannel = ({ id, phase }: FakeChannel): ObservedChannel => ({ id, event: sights[phase] });
const ownerOf = ({ streamId, broadcastId, askedAtMs }: ChannelPlan) => ({ streamId, broadcastId, askedAtMs });
const isOf = (plan: ChannelOwner, owner: ChannelOwner): boolean =>
  plan.streamId === owner.streamId && plan.broadcastId === owner.broadcastId;
const refused = (refusal: ManagedRefusal): ManagedEncoderError => new ManagedEncoderError('refused', refusal);
