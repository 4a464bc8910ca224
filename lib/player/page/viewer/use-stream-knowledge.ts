import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import type { StreamKnowledge } from '../model/playback-target.ts';
import { type PlaybackCondition, statePollMs } from '../model/viewer-scene.ts';
import { useServices } from '../shell/services.ts';

/** The stream as the API tells it, asked again as often as model/viewer-scene.ts finds it due. */
export function useStreamKnowledge(id: string): {
  readonly knowledge: StreamKnowledge;
  readonly name: string | undefined;
  /** Tells how the player does, which decides when to ask again; trouble asks at once. */
  report(condition: PlaybackCondition): void;
  askNow(): void;
} {
  const { api } = useServices();
  const [knowledge, setKnowledge] = useState<StreamKnowledge>({ kind: 'asking' });
  const [name, setName] = useState<string>();
  const [turn, setTurn] = useState(0);
  const condition = useRef<PlaybackCondition>('empty');
  const known = useRef(knowledge);

  const report = useCallback((next: PlaybackCondition) => {
    if (condition.current === next) return;
    condition.current = next;
    setTurn((before) => before + 1);
  }, []);
  const asked = useRef(false);
  const askNow = useCallback(() => {
    asked.current = true;
    setTurn((before) => before + 1);
  }, []);

  // A rise of `turn` starts the rounds anew.
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const learn = (next: StreamKnowledge) => {
      known.current = next;
      setKnowledge(next);
    };
    const round = async () => {
      try {
        const { state, broadcast, playback, name: title } = await api.getStream(id);
        if (stopped) return;
        setName(title);
        learn({ kind: 'known', state, broadcastId: broadcast?.id, dash: playback.dash, hls: playback.hls });
      } catch (cause) {
        if (stopped) return;
        if (cause instanceof ApiError && cause.status === 404) learn({ kind: 'missing' });
        // Once known, a stream does not become unknown because the API is away: the video does not need it.
        else if (known.current.kind === 'asking') learn({ kind: 'unreachable' });
      }
      plan();
    };
    const plan = () => {
      const waitMs = statePollMs(known.current, condition.current);
      if (waitMs !== undefined) timer = setTimeout(round, waitMs);
    };
    const seen = () => {
      if (document.visibilityState !== 'visible') return;
      clearTimeout(timer);
      void round();
    };
    // Playing well is no reason to ask; everything else is.
    const well = known.current.kind === 'known' && condition.current === 'playing';
    if (well && !asked.current) plan();
    else void round();
    asked.current = false;
    document.addEventListener('visibilitychange', seen);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [api, id, turn]);

  return { knowledge, name, report, askNow };
}
