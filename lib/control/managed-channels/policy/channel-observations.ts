import type { InputEvent, SeenChannelEvent } from './channel-machine.ts';
import type { ChannelOwner } from './channel-plan.ts';

/** An input as the managed encoder shows it. */
export interface ObservedInput {
  readonly id: string;
  readonly event: Exclude<InputEvent, 'input-missing'>;
  /** RTMP URLs with stream name, one for each pipeline; empty until they are known. */
  readonly endpoints: readonly string[];
}

export interface ObservedChannel {
  readonly id: string;
  readonly event: Exclude<SeenChannelEvent, 'channel-missing'>;
}

/** Something of ours that is there, whatever the documents say. */
export type ManagedResource = ChannelOwner & {
  /** When it was asked for, as its tag says. */
  readonly askedAtMs: number;
} & (({ readonly kind: 'input' } & ObservedInput) | ({ readonly kind: 'channel' } & ObservedChannel));

/** Why a command was not taken: the machine knows these as events. */
export type ManagedRefusal = 'quota' | 'denied' | 'invalid' | 'conflict' | 'trouble';

/** The managed encoder did not do as it was told; `cause` is its own answer. */
export class ManagedEncoderError extends Error {
  override readonly name = 'ManagedEncoderError';
  readonly code = 'MANAGED_ENCODER_REFUSED';
  readonly refusal: ManagedRefusal;

  constructor(message: string, refusal: ManagedRefusal, options?: ErrorOptions) {
    super(message, options);
    this.refusal = refusal;
  }
}
