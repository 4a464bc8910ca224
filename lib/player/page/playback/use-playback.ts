import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { PlaybackTarget } from '../model/playback-target.ts';
import { choosePlayback, type PlaybackMethod } from '../model/protocol.ts';
import type { PlaybackCondition, Refusal } from '../model/viewer-scene.ts';
import { noFacts, type PlaybackEngine, type PlaybackFacts } from './engine.ts';
import { PlaybackSession } from './session.ts';

export interface Playback {
  /** Undefined until the browser's abilities are known. */
  readonly method: PlaybackMethod | undefined;
  readonly condition: PlaybackCondition;
  readonly facts: PlaybackFacts;
  readonly engine: PlaybackEngine | undefined;
  readonly session: PlaybackSession | undefined;
  /** Refreshes the facts immediately, after the viewer changed something. */
  refresh(): void;
}

interface PlaybackOptions {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly captions: RefObject<HTMLElement | null>;
  /** The URL's `?protocol=`. */
  readonly forced: string | null;
  readonly maxHeight?: number;
  /** Nothing may be shown. */
  readonly refused: Refusal | undefined;
  /** The viewer's playback token. */
  readonly token: string | undefined;
  /** What should play with this method. */
  target(method: PlaybackMethod): PlaybackTarget | undefined;
}

const factsEveryMs = 500;

/** Plays `target` in the video element while the component is mounted. */
export function usePlayback(options: PlaybackOptions): Playback {
  const { video, captions, forced, maxHeight, refused, token, target } = options;
  const [method, setMethod] = useState<PlaybackMethod>();
  const [condition, setCondition] = useState<PlaybackCondition>('empty');
  const [facts, setFacts] = useState<PlaybackFacts>(noFacts);
  const [session, setSession] = useState<PlaybackSession>();
  const engine = useRef<PlaybackEngine>(undefined);
  const current = useRef(token);
  current.current = token;

  useEffect(() => {
    let ended = false;
    let mine: PlaybackSession | undefined;
    const begin = async () => {
      const [element, container] = [video.current, captions.current];
      if (!element || !container) return;
      // The player library is large, so it's loaded only if video is shown.
      const shaka = await import('./shaka-engine.ts');
      const chosen = choosePlayback(
        {
          mediaSource: shaka.isShakaSupported(),
          nativeHls: element.canPlayType('application/vnd.apple.mpegurl') !== '',
          apple: navigator.vendor.startsWith('Apple'),
        },
        forced,
      );
      if (ended) return;
      setMethod(chosen);
      if (chosen === 'unsupported') return setCondition('unsupported');
      const options = {
        video: element,
        captions: container,
        maxHeight,
        onFailed: () => mine?.failed(),
        onRefused: (refusal: Refusal) => mine?.goDark(refusal),
        token: () => current.current,
      };
      const made =
        chosen === 'native-hls'
          ? (await import('./native-engine.ts')).createNativeEngine(options)
          : await shaka.createShakaEngine(options);
      if (ended) return made.destroy();
      engine.current = made;
      mine = new PlaybackSession(element, made, setCondition);
      setSession(mine);
    };
    void begin();
    return () => {
      ended = true;
      void mine?.destroy();
    };
  }, [forced, maxHeight]);

  const wanted = method && target(method);
  // Two targets are the same if their URL and broadcast are.
  useEffect(() => session?.follow(wanted), [session, wanted?.url, wanted?.broadcastId]);

  useEffect(() => {
    if (refused) session?.goDark(refused);
  }, [session, refused]);

  const refresh = useCallback(() => setFacts(engine.current?.facts() ?? noFacts), []);
  useEffect(() => {
    if (!session) return;
    const timer = setInterval(refresh, factsEveryMs);
    return () => clearInterval(timer);
  }, [session, refresh]);

  return { method, condition, facts, engine: engine.current, session, refresh };
}
