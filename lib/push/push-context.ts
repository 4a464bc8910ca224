import type { StreamRecord } from '../control-store/records.ts';
import type { DialResolved, Resolve } from '../net/socket.ts';
import type { ChunkState } from '../protocol/rtmp/chunk-state.ts';
import type { MemberId, SessionId } from '../routing/ids.ts';
import type { AllowedAddresses } from '../routing/target-address.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import type { DestinationLimits } from './destination.ts';
import type { PushBudget } from './policy/push-queue.ts';
import type { PushClock, PushStore } from './ports.ts';

/** What all push sets of a process share. */
export interface PushContext {
  readonly store: PushStore;
  readonly pepper: string;
  readonly memberId: MemberId;
  readonly resolve: Resolve;
  readonly dial: DialResolved;
  readonly clock: PushClock;
  readonly budget: PushBudget;
  readonly limits: DestinationLimits;
  readonly allowed?: AllowedAddresses | undefined;
  readonly emit: EmitEvent;
}

export interface PushSetFacts {
  readonly stream: StreamRecord;
  readonly sessionId: SessionId;
  readonly chunkState: ChunkState;
}
