import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { PlaybackTarget } from '../model/playback-target.ts';
import { choosePlayback, type PlaybackMethod } from '../model/protocol.ts';
import type { PlaybackCondition, Refusal } from '../model/viewer-scene.ts';
import { noFacts, type PlaybackEngine, type PlaybackFacts } from './engine.ts';
import { PlaybackSession } from './session.ts';
import { isShakaSupported, likelyBuild, loadShaka } from './shaka-library.ts';

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
  /** The last engine is gone: two can't use the element at once. */
  const gone = useRef<Promise<void>>(Promise.resolve());
  const wanted = method && target(method);
  /** Which one of the library this stream needs; a browser that plays by itself needs the check of one only. */
  const needed = useRef(likelyBuild(forced));
  if (wanted && method !== 'native-hls') needed.current = wanted.url.includes('.m3u8') ? 'hls' : 'dash';
  const build = needed.current;

  useEffect(() => {
    let ended = false;
    let mine: PlaybackSession | undefined;
    const begin = async () => {
      const [element, container] = [video.current, captions.current];
      if (!element || !container) return;
      await gone.current;
      // The player library is large, so it's loaded only if video is shown.
      const library = await loadShaka(build);
      const chosen = choosePlayback(
        {
          mediaSource: isShakaSupported(library),
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
          : await (await import('./shaka-engine.ts')).createShakaEngine(library, options);
      if (ended) return made.destroy();
      engine.current = made;
      mine = new PlaybackSession(element, made, setCondition);
      setSession(mine);
    };
    const begun = begin();
    return () => {
      ended = true;
      gone.current = begun.then(() => mine?.destroy()).catch(() => {});
    };
  }, [forced, maxHeight, build]);

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
