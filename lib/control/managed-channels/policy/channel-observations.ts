import type { InputEvent, SeenChannelEvent } from './channel-machine.ts';
import type { ChannelOwner } from './channel-plan.ts';

/** An input as reported by the managed encoder. */
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

/** An existing channel or input of this deployment, known to a document or not. */
export type ManagedResource = ChannelOwner & {
  /** When it was requested, according to its tag. */
  readonly askedAtMs: number;
} & (({ readonly kind: 'input' } & ObservedInput) | ({ readonly kind: 'channel' } & ObservedChannel));

/** Why a command was refused; also events of the state machine. */
export type ManagedRefusal = 'quota' | 'denied' | 'invalid' | 'conflict' | 'trouble';

/** The managed encoder refused a command; `cause` is its response. */
export class ManagedEncoderError extends Error {
  override readonly name = 'ManagedEncoderError';
  readonly code = 'MANAGED_ENCODER_REFUSED';
  readonly refusal: ManagedRefusal;

  constructor(message: string, refusal: ManagedRefusal, options?: ErrorOptions) {
    super(message, options);
    this.refusal = refusal;
  }
}
