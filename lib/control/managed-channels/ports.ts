import type { ManagedResource, ObservedChannel, ObservedInput } from './policy/channel-observations.ts';
import type { ChannelOwner, ChannelPlan } from './policy/channel-plan.ts';

/**
 * An encoder as a service, one channel with one input for each broadcast: AWS MediaLive. Every call may be made twice. Throws
 * `ManagedEncoderError` (code `MANAGED_ENCODER_REFUSED`), whose `refusal` says whether trying again may help.
 */
export interface ManagedEncoder {
  /** By its id where that is known, else by its owner; undefined where there is none, or none any more. */
  findInput(owner: ChannelOwner, id?: string): Promise<ObservedInput | undefined>;
  findChannel(owner: ChannelOwner, id?: string): Promise<ObservedChannel | undefined>;
  /** The same plan asks for the same input, or channel. Resolves when it is asked for. */
  createInput(plan: ChannelPlan): Promise<ObservedInput>;
  createChannel(plan: ChannelPlan, inputId: string): Promise<ObservedChannel>;
  startChannel(id: string): Promise<void>;
  stopChannel(id: string): Promise<void>;
  /** One that is not there is no error. The same for inputs. */
  deleteChannel(id: string): Promise<void>;
  deleteInput(id: string): Promise<void>;
  /** All that is there of this deployment. */
  list(): Promise<ManagedResource[]>;
}
