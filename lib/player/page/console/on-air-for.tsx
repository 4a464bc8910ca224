import { useEffect, useState } from 'preact/hooks';
import { formatClock } from '../model/format.ts';

/** How long the broadcast has been on air, counting. */
export function OnAirFor({ since }: { since: string }) {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <span class="tabular">On air for {formatClock((nowMs - Date.parse(since)) / 1000)}</span>;
}
