import type { Destination, DestinationState } from '../../api/types.ts';
import { formatWhen } from '../format.ts';
import type { StateWords } from '../stream-state.ts';

/** A destination's badge; word and shape each suffice alone. `badge` is the class of a stream's badge. */
export interface DestinationWords {
  readonly word: string;
  readonly badge: string;
  readonly shape: StateWords['shape'];
}

const stateWords: Readonly<Record<DestinationState, DestinationWords & { meaning: string }>> = {
  connecting: { word: 'Connecting', badge: 'starting', shape: 'half', meaning: 'Connecting to the server' },
  live: { word: 'Live', badge: 'up', shape: 'dot', meaning: 'Receiving the broadcast' },
  waiting: {
    word: 'Retrying',
    badge: 'reconnecting',
    shape: 'dashes',
    meaning: 'Receiving nothing; retrying',
  },
  refused: {
    word: 'Refused',
    badge: 'taken-down',
    shape: 'bar',
    meaning: 'Receiving nothing until its settings change',
  },
  ended: { word: 'Ended', badge: 'ended', shape: 'square', meaning: 'The last broadcast has ended here too' },
};

const off = { word: 'Off', badge: 'ended', shape: 'ring' } as const;
const ready = { word: 'Ready', badge: 'idle', shape: 'ring' } as const;

/** A destination's badge. A destination that is turned off shows as off, whatever its last state. */
export function destinationWords({
  enabled,
  state,
}: Pick<Destination, 'enabled' | 'state'>): DestinationWords {
  if (!enabled) return off;
  return state === undefined ? ready : stateWords[state];
}

/** What the badge means, since when and why, on one line. */
export function destinationStatus(
  { enabled, state, since, detail }: Pick<Destination, 'enabled' | 'state' | 'since' | 'detail'>,
  nowMs: number,
): string {
  if (!enabled) return 'Receives nothing until you turn it on';
  if (state === undefined) return 'Will receive the next broadcast';
  const when = since === undefined ? '' : ` (since ${formatWhen(Date.parse(since), nowMs)})`;
  return `${stateWords[state].meaning}${when}${detail === undefined ? '' : `: ${detail}`}`;
}
