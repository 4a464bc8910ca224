import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { PlaybackTarget } from '../../model/playback-target.ts';
import {
  type PresentationClock,
  pictureAt,
  type StoryboardCue,
  type StoryboardPicture,
  storyboardStartMs,
  storyboardUrl,
  streamSecondsAt,
} from '../../model/player/storyboard.ts';

/** A live broadcast's grows with every few seconds. */
const refreshMs = 5_000;
/** One that isn't there may come. */
const retryMs = 30_000;

interface Storyboard {
  readonly url: string;
  readonly cues: readonly StoryboardCue[];
  /** Unix ms of stream time 0. */
  readonly startedAtMs: number | undefined;
}

/**
 * The pictures of a broadcast by position. Loaded when they are first wanted: most viewers never seek. While they are
 * wanted, a live broadcast's are loaded again.
 */
export function useStoryboard(
  target: PlaybackTarget | undefined,
  wanted: boolean,
): (position: number, clock: PresentationClock) => StoryboardPicture | undefined {
  const [storyboard, setStoryboard] = useState<Storyboard>();
  const dueAtMs = useRef({ url: '', ms: 0 });
  const url = target?.broadcastId === undefined ? undefined : storyboardUrl(target.url);
  const live = target?.from === 'live';

  useEffect(() => {
    if (!wanted || url === undefined) return;
    const load = async () => {
      const due = dueAtMs.current;
      if (due.url === url && performance.now() < due.ms) return;
      dueAtMs.current = { url, ms: performance.now() + retryMs };
      const text = await textOf(url).catch(() => '');
      const cues = await readCues(text).catch(() => []);
      if (cues.length === 0) return;
      dueAtMs.current = { url, ms: live ? performance.now() + refreshMs : Number.POSITIVE_INFINITY };
      setStoryboard({ url, cues, startedAtMs: storyboardStartMs(text) });
    };
    void load();
    const timer = setInterval(load, refreshMs);
    return () => clearInterval(timer);
  }, [url, live, wanted]);

  return useCallback(
    (position, clock) => {
      if (storyboard?.url !== url || storyboard === undefined) return undefined;
      const seconds = streamSecondsAt(position, clock, storyboard.startedAtMs);
      return seconds === undefined ? undefined : pictureAt(storyboard.cues, seconds, storyboard.url);
    },
    [storyboard, url],
  );
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url, { cache: 'no-cache' });
  return response.ok ? response.text() : '';
}

/** Reads WebVTT by the browser's own parser, which works on a track of a video element. */
async function readCues(text: string): Promise<readonly StoryboardCue[]> {
  if (text === '') return [];
  const url = URL.createObjectURL(new Blob([text], { type: 'text/vtt' }));
  const video = document.createElement('video');
  const track = document.createElement('track');
  try {
    track.kind = 'metadata';
    video.append(track);
    const loaded = new Promise((resolve, reject) => {
      track.onload = resolve;
      track.onerror = reject;
    });
    track.src = url;
    track.track.mode = 'hidden';
    await loaded;
    return [...(track.track.cues ?? [])].map((cue) => ({
      startTime: cue.startTime,
      endTime: cue.endTime,
      text: (cue as VTTCue).text,
    }));
  } finally {
    URL.revokeObjectURL(url);
  }
}
