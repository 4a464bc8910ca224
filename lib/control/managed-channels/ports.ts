import type { ManagedResource, ObservedChannel, ObservedInput } from './policy/channel-observations.ts';
import type { ChannelOwner, ChannelPlan } from './policy/channel-plan.ts';

/**
 * An encoder as a service, with one channel and one input per broadcast: AWS MediaLive. All calls are idempotent. Throws
 * `ManagedEncoderError` (code `MANAGED_ENCODER_REFUSED`), whose `refusal` shows whether a retry may help.
 */
export interface ManagedEncoder {
  /** Looks up by id if known, otherwise by owner; undefined if it does not exist or no longer exists. */
  findInput(owner: ChannelOwner, id?: string): Promise<ObservedInput | undefined>;
  findChannel(owner: ChannelOwner, id?: string): Promise<ObservedChannel | undefined>;
  /** The same plan always requests the same input or channel. Resolves once creation is requested. */
  createInput(plan: ChannelPlan): Promise<ObservedInput>;
  createChannel(plan: ChannelPlan, inputId: string): Promise<ObservedChannel>;
  startChannel(id: string): Promise<void>;
  stopChannel(id: string): Promise<void>;
  /** Deleting a missing channel is not an error. The same holds for inputs. */
  deleteChannel(id: string): Promise<void>;
  deleteInput(id: string): Promise<void>;
  /** All existing channels and inputs of this deployment. */
  list(): Promise<ManagedResource[]>;
}
