import { useEffect, useRef, useState } from 'preact/hooks';
import type { StreamEvent, StreamState } from '../../api/types.ts';
import { type Sighting, windowEndsMs } from '../../model/console/journal.ts';
import { formatClock } from '../../model/format.ts';

/** How long the broadcast still waits for its encoder. */
export function Countdown(props: { events: readonly StreamEvent[]; seen: Sighting; windowMs: number }) {
  const { events, seen, windowMs } = props;
  const endsMs = windowEndsMs(events, seen, windowMs);
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const left = Math.ceil(Math.min(endsMs - nowMs, windowMs) / 1000);
  return (
    <p role="timer" class="countdown">
      {left > 0 ? (
        <>
          Your encoder has left. The broadcast ends in <strong class="tabular">{formatClock(left)}</strong>{' '}
          unless it reconnects.
        </>
      ) : (
        'Your encoder has left. The broadcast is about to end.'
      )}
    </p>
  );
}

/** When this page saw the encoder leave; undefined while it is connected. */
export function useSighting(state: StreamState): Sighting | undefined {
  const [sighting, setSighting] = useState<Sighting>();
  const before = useRef<StreamState>(undefined);
  useEffect(() => {
    const isWitnessed = before.current !== undefined;
    setSighting(state === 'reconnecting' ? { atMs: Date.now(), isWitnessed } : undefined);
    before.current = state;
  }, [state]);
  return sighting;
}
