import { useEffect, useRef, useState } from 'preact/hooks';
import { consoleLooksMs } from '../../../../config/console-looks.ts';
import { ApiError } from '../../api/client.ts';
import type { HealthWindow, Stream } from '../../api/types.ts';
import { type ShownHealth, shownHealth } from '../../model/health/verdict.ts';
import { isOnAir, shownState } from '../../model/stream-state.ts';
import { useApi } from '../../shell/services.ts';
import { usePolled } from '../../ui/use-polled.ts';

const lookEveryMs: Readonly<Record<HealthWindow, number>> = {
  recent: consoleLooksMs.health,
  broadcast: 2 * consoleLooksMs.health,
};

export interface HealthWatch {
  /** Undefined while nothing is on air or known, and where nothing is measured. */
  readonly health: ShownHealth | undefined;
  /** What the samples cover. */
  readonly window: HealthWindow;
  /** What they will cover: the last choice. */
  readonly wanted: HealthWindow;
  choose(window: HealthWindow): void;
}

/** The health of a stream while it is on air. */
export function useHealth(stream: Stream): HealthWatch {
  const api = useApi();
  const [wanted, choose] = useState<HealthWindow>('recent');
  const { id } = stream;
  const state = shownState(stream);
  const onAir = isOnAir(state);
  const ask = async () => {
    if (!onAir) return undefined;
    try {
      return { health: await api.getHealth(id, wanted), window: wanted };
    } catch (cause) {
      // An API that is older than this page.
      if (cause instanceof ApiError && cause.status === 404) return undefined;
      throw cause;
    }
  };
  const { value, fault, refresh } = usePolled(ask, lookEveryMs[wanted]);
  const before = useRef(state + wanted);
  useEffect(() => {
    if (before.current !== state + wanted) refresh();
    before.current = state + wanted;
  }, [refresh, state, wanted]);
  const known = onAir && fault === undefined ? value : undefined;
  return {
    health: known && shownHealth(known.health, stream),
    window: known?.window ?? wanted,
    wanted,
    choose,
  };
}
