import type { RefObject } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { PlayerAction } from '../model/shortcuts.ts';
import type { Playback } from '../playback/use-playback.ts';

const seekSeconds = 5;
const volumeStep = 0.1;

/** Current settings of the video element. */
export interface VideoSettings {
  readonly paused: boolean;
  readonly muted: boolean;
  readonly volume: number;
  readonly position: number;
  readonly fullscreen: boolean;
  /** In picture in picture. */
  readonly pip: boolean;
}

const pipEvents = ['enterpictureinpicture', 'leavepictureinpicture'];

export function useVideoSettings(
  video: RefObject<HTMLVideoElement | null>,
  frame: RefObject<HTMLElement | null>,
): VideoSettings {
  const [settings, setSettings] = useState<VideoSettings>({
    paused: true,
    muted: true,
    volume: 1,
    position: 0,
    fullscreen: false,
    pip: false,
  });
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const read = () =>
      setSettings({
        paused: element.paused,
        muted: element.muted || element.volume === 0,
        volume: element.volume,
        position: element.currentTime,
        fullscreen: document.fullscreenElement !== null && document.fullscreenElement === frame.current,
        pip: document.pictureInPictureElement === element,
      });
    const names = [
      'play',
      'pause',
      'volumechange',
      'timeupdate',
      'seeked',
      'loadedmetadata',
      'ended',
      ...pipEvents,
    ];
    for (const name of names) element.addEventListener(name, read);
    document.addEventListener('fullscreenchange', read);
    return () => {
      for (const name of names) element.removeEventListener(name, read);
      document.removeEventListener('fullscreenchange', read);
    };
  }, [video, frame]);
  return settings;
}

/** What the viewer opened over the picture. */
export interface PlayerPanels {
  readonly stats: boolean;
  readonly shortcuts: boolean;
}

/** Performs the action of a control or a key. */
export function usePlayerActions(
  video: RefObject<HTMLVideoElement | null>,
  frame: RefObject<HTMLElement | null>,
  playback: Playback,
): { readonly act: (action: PlayerAction) => void; readonly panels: PlayerPanels } {
  const [panels, setPanels] = useState<PlayerPanels>({ stats: false, shortcuts: false });
  const { engine, session, facts, refresh } = playback;
  const act = useCallback(
    (action: PlayerAction) => {
      const element = video.current;
      if (!element) return;
      const seek = (by: number) => {
        const { start, end } = facts.range;
        engine?.seek(Math.min(end, Math.max(start, element.currentTime + by)));
      };
      const setVolume = (volume: number) => {
        element.volume = Math.min(1, Math.max(0, volume));
        element.muted = element.volume === 0;
      };
      const acts: Record<PlayerAction, () => void> = {
        'toggle-play': () => {
          if (!element.paused) return element.pause();
          // Paused so long that the live window has moved on: resume at its start.
          if (element.currentTime < facts.range.start) element.currentTime = facts.range.start;
          void element.play().catch(() => {});
        },
        'toggle-mute': () => {
          element.muted = !element.muted;
          if (!element.muted && element.volume === 0) element.volume = 0.5;
        },
        'toggle-fullscreen': () => toggleFullscreen(element, frame.current),
        'toggle-captions': () => {
          engine?.selectCaptions(facts.chosenCaptionsId === undefined ? facts.captions[0]?.id : undefined);
          if (engine?.mustReload) session?.reloadHere();
        },
        'toggle-pip': () => togglePip(element),
        'toggle-stats': () => setPanels((before) => ({ ...before, stats: !before.stats })),
        'toggle-shortcuts': () => setPanels((before) => ({ ...before, shortcuts: !before.shortcuts })),
        'jump-to-live': () => {
          if (!facts.live) return;
          engine?.goToLive();
          void element.play().catch(() => {});
        },
        'seek-back': () => seek(-seekSeconds),
        'seek-forward': () => seek(seekSeconds),
        louder: () => setVolume((element.muted ? 0 : element.volume) + volumeStep),
        quieter: () => setVolume((element.muted ? 0 : element.volume) - volumeStep),
      };
      acts[action]();
      refresh();
    },
    [video, frame, engine, session, facts, refresh],
  );
  return { act, panels };
}

export const canUsePip = (): boolean => document.pictureInPictureEnabled === true;

/** If the browser refuses, nothing changes. */
function togglePip(video: HTMLVideoElement): void {
  if (!canUsePip()) return;
  if (document.pictureInPictureElement) void document.exitPictureInPicture().catch(() => {});
  else void video.requestPictureInPicture().catch(() => {});
}

/** iPhones can only make the video itself full screen, through a proprietary method. */
interface AppleVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

function toggleFullscreen(video: AppleVideo, frame: HTMLElement | null): void {
  // If refused (for example by an embedding page), nothing changes.
  if (document.fullscreenElement) void document.exitFullscreen().catch(() => {});
  else if (frame?.requestFullscreen) void frame.requestFullscreen().catch(() => {});
  else video.webkitEnterFullscreen?.();
}
