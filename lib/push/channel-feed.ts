import { ConditionFailedError } from '../control-store/errors.ts';
import { channelOutlook, feedChannel, isOpen } from '../control-store/managed/managed-channel.ts';
import type { PushState } from '../control-store/push-states.ts';
import type { BroadcastId } from '../routing/ids.ts';
import { type AllowedAddresses, allowedAddresses, checkTargetUrl } from '../routing/target-address.ts';
import { Destination, type PushTarget } from './destination.ts';
import type { MediaMessage } from './policy/media-source.ts';
import type { PushContext, PushSetFacts } from './push-context.ts';

const readEveryMs = 1_000;
/** A channel's inputs are in our own network; they come from the control plane, not from a user. */
const ownNetwork = allowedAddresses(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fd00::/8']);

interface Input {
  readonly id: string;
  readonly destination: Destination;
  /** The last state logged. */
  state: PushState;
}

/** Pushes a publish session to all inputs of its broadcast's managed channel, as listed in the `channel` document. */
export class ChannelFeed {
  readonly #context: PushContext;
  readonly #facts: PushSetFacts;
  readonly #allowed: AllowedAddresses;
  readonly #inputs = new Map<string, Input>();
  readonly #leaving = new Set<Input>();
  #fed: BroadcastId | undefined;
  #reading = false;
  #lastReadMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(context: PushContext, facts: PushSetFacts) {
    this.#context = context;
    this.#facts = facts;
    const { allowed } = context;
    this.#allowed = {
      check: (address: string, family?: 'ipv4' | 'ipv6') =>
        ownNetwork.check(address, family) || allowed?.check(address, family) === true,
    } as AllowedAddresses;
  }

  get over(): boolean {
    return this.#stopped && this.#all.every(({ destination }) => destination.over);
  }

  get wantsMedia(): boolean {
    return this.#all.some(({ destination }) => destination.wantsMedia);
  }

  offer(message: MediaMessage, headers: readonly MediaMessage[]): void {
    for (const { destination } of this.#inputs.values()) destination.offer(message, headers);
  }

  flush(): void {
    for (const { destination } of this.#inputs.values()) destination.flush();
  }

  /** Checks deadlines, and once a second whether the channel has changed. */
  tick(): void {
    for (const input of this.#all) {
      input.destination.tick();
      this.#log(input);
      if (input.destination.over) this.#leaving.delete(input);
    }
    const nowMs = this.#context.clock.nowMs();
    if (this.#stopped || this.#reading || nowMs - this.#lastReadMs < readEveryMs) return;
    this.#lastReadMs = nowMs;
    this.#reading = true;
    void this.#readDocument()
      .catch((cause: unknown) => {
        const { sessionId: session, stream } = this.#facts;
        // After a lost race, the next read tries again.
        if (!(cause instanceof ConditionFailedError))
          this.#context.emit('push.store.unavailable', { session, stream: stream.id, cause });
      })
      .finally(() => {
        this.#reading = false;
      });
  }

  stop(): void {
    this.#stopped = true;
    this.#follow([]);
  }

  get #all(): readonly Input[] {
    return [...this.#inputs.values(), ...this.#leaving];
  }

  async #readDocument(): Promise<void> {
    const { store, clock } = this.#context;
    const streamId = this.#facts.stream.id;
    const broadcastId = (await store.getLease(streamId))?.broadcastId;
    if (broadcastId === undefined) return;
    const document = await store.getDocument(streamId, 'channel');
    const outlook = channelOutlook(document?.body, broadcastId, clock.wallMs());
    if (this.#stopped) return;
    this.#follow(outlook.kind === 'push' ? outlook.endpoints : []);
    const isLive = [...this.#inputs.values()].some(({ destination }) => destination.state === 'live');
    if (!document || !isLive || this.#fed === broadcastId) return;
    const body = feedChannel(document.body, broadcastId);
    await store.putDocument({ ...document, open: isOpen(body), body });
    this.#fed = broadcastId;
  }

  #follow(endpoints: readonly string[]): void {
    const wanted = new Map(endpoints.map((endpoint, pipeline) => [endpoint, `channel-${pipeline}`]));
    for (const [endpoint, input] of this.#inputs) {
      if (wanted.delete(endpoint)) continue;
      this.#inputs.delete(endpoint);
      this.#leaving.add(input);
      input.destination.stop();
    }
    for (const [endpoint, id] of wanted) this.#inputs.set(endpoint, this.#begin(endpoint, id));
  }

  #begin(endpoint: string, id: string): Input {
    const destination = new Destination({
      ...this.#context,
      target: this.#targetOf(endpoint),
      allowed: this.#allowed,
      onChange: () => {},
    });
    return { id, destination, state: 'connecting' };
  }

  /** `rtmp://address/app/name`: the name is what a user would call the key. */
  #targetOf(endpoint: string): PushTarget {
    const at = endpoint.lastIndexOf('/');
    const checked = checkTargetUrl(endpoint.slice(0, at), this.#allowed);
    return checked.ok
      ? { ok: true, url: checked.url, key: endpoint.slice(at + 1) }
      : { ok: false, fault: checked.fault };
  }

  #log(input: Input): void {
    const { destination, id } = input;
    const { state } = destination;
    if (state === input.state) return;
    input.state = state;
    const { sessionId: session, stream } = this.#facts;
    const facts = { session, stream: stream.id, destination: id };
    const detail = destination.detail ?? 'connection failed';
    const { emit } = this.#context;
    if (state === 'live') emit('push.live', facts);
    else if (state === 'waiting') emit('push.waiting', { ...facts, detail, againMs: destination.againMs });
    else if (state === 'refused') emit('push.refused', { ...facts, detail });
    else if (state === 'ended') emit('push.ended', { ...facts, sentMs: destination.sentMs });
  }
}
