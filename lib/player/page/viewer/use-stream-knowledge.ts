import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { StreamKnowledge } from '../model/playback-target.ts';
import { isRefusal, type PlaybackCondition } from '../model/viewer-scene.ts';
import { useServices } from '../shell/services.ts';

/**
 * What the source knows about the stream, refreshed as often as the source requires. `broadcastId`: the only one that is wanted; left
 * out for whatever the stream shows.
 */
export function useStreamKnowledge(
  id: string,
  broadcastId?: string,
): {
  readonly knowledge: StreamKnowledge;
  readonly name: string | undefined;
  /** Reports the player's condition, which decides when to ask again; trouble asks immediately. */
  report(condition: PlaybackCondition): void;
  askNow(): void;
} {
  const { streams } = useServices();
  const [knowledge, setKnowledge] = useState<StreamKnowledge>({ kind: 'asking' });
  const [name, setName] = useState<string>();
  const [turn, setTurn] = useState(0);
  const condition = useRef<PlaybackCondition>('empty');
  const known = useRef(knowledge);
  /** Consecutive responses without a change. */
  const unchanged = useRef(0);

  /** Number of times the player was refused since it last played. */
  const refusals = useRef(0);

  const learn = useCallback((next: StreamKnowledge) => {
    unchanged.current = isSame(known.current, next) ? unchanged.current + 1 : 0;
    known.current = next;
    setKnowledge(next);
  }, []);
  const report = useCallback((next: PlaybackCondition) => {
    if (condition.current === next) return;
    condition.current = next;
    if (next === 'playing') refusals.current = 0;
    // The player learned it from the edge. If the source doesn't know yet, the two must not keep overruling each other.
    if (isRefusal(next) && !isRefused(known.current)) {
      learn(next === 'taken-down' ? { kind: next } : { kind: 'locked', fault: next });
      unchanged.current = refusals.current++;
    }
    setTurn((before) => before + 1);
  }, []);
  const asked = useRef(false);
  const askNow = useCallback(() => {
    asked.current = true;
    setTurn((before) => before + 1);
  }, []);

  // Increasing `turn` restarts the rounds.
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const round = async () => {
      try {
        const found = await streams.find(id, broadcastId);
        if (stopped) return;
        if (found.name !== undefined) setName(found.name);
        learn(found.knowledge);
      } catch {
        if (stopped) return;
        // A known stream doesn't become unknown because the source is unreachable: the video may still play.
        learn(known.current.kind === 'asking' ? { kind: 'unreachable' } : known.current);
      }
      plan();
    };
    const plan = () => {
      const waitMs = streams.pollMs({
        stream: known.current,
        playback: condition.current,
        unchanged: unchanged.current,
      });
      if (waitMs !== undefined) timer = setTimeout(round, waitMs);
    };
    const seen = () => {
      if (document.visibilityState !== 'visible') return;
      clearTimeout(timer);
      unchanged.current = 0;
      void round();
    };
    // Smooth playback is no reason to ask, nor is a known refusal; everything else is.
    const well = known.current.kind === 'known' && condition.current === 'playing';
    const refused = isRefused(known.current) && isRefusal(condition.current);
    if ((well || refused) && !asked.current) plan();
    else void round();
    asked.current = false;
    document.addEventListener('visibilitychange', seen);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [streams, id, broadcastId, turn, learn]);

  return { knowledge, name, report, askNow };
}

const isRefused = ({ kind }: StreamKnowledge): boolean => kind === 'taken-down' || kind === 'locked';

function isSame(a: StreamKnowledge, b: StreamKnowledge): boolean {
  if (a.kind === 'locked' && b.kind === 'locked') return a.fault === b.fault;
  if (a.kind !== 'known' || b.kind !== 'known') return a.kind === b.kind;
  return a.state === b.state && a.broadcastId === b.broadcastId;
}
