import type { LinkFault } from './playback-link.ts';
import type { StreamKnowledge } from './playback-target.ts';

/** Why the edge serves nothing of a stream to this viewer. */
export type Refusal = 'taken-down' | LinkFault;

/** The player's condition. */
export type PlaybackCondition =
  | 'empty'
  | 'loading'
  | 'playing'
  | 'paused'
  /** Trying to play, but out of data. */
  | 'stalled'
  /** Played to its end. */
  | 'finished'
  /** Failed; will be retried. */
  | 'failed'
  /** Refused by the edge. */
  | Refusal
  /** This browser can't play the video. */
  | 'unsupported';

/** A message over the picture. */
export interface ViewerScene {
  readonly title: string;
  readonly detail: string;
  /** Shows an animation: something is in progress that needs no action. */
  readonly busy: boolean;
  readonly action?: 'retry' | 'replay' | 'leave';
  /** Covers the picture instead of being a note at its edge. */
  readonly cover: boolean;
}

/**
 * The message for every combination of stream and player; undefined if the picture speaks for itself. `online`: the viewer's machine
 * has a network, as far as the browser knows. `wanted`: what the address is of.
 */
export function viewerScene(
  stream: StreamKnowledge,
  playback: PlaybackCondition,
  online = true,
  wanted: 'stream' | 'recording' = 'stream',
): ViewerScene | undefined {
  if (stream.kind === 'taken-down' || playback === 'taken-down') {
    if (wanted === 'recording') {
      return cover('This recording is no longer available', 'It was deleted, or its stream was taken down.');
    }
    return cover(
      'This stream is no longer available',
      'It was taken down or deleted. If it’s restored, it comes back here automatically.',
    );
  }
  const fault = stream.kind === 'locked' ? stream.fault : playback;
  if (isLinkFault(fault)) return linkScenes[fault];
  if (playback === 'unsupported') {
    return cover(
      'This browser can’t play the video',
      'It supports neither Media Source Extensions nor HLS. Use a current version of Chrome, Edge, Firefox or Safari.',
    );
  }
  if (!online && playback !== 'finished') {
    const shows = playback === 'playing' || playback === 'paused';
    return shows ? { ...youAreOffline, busy: false, cover: false } : youAreOffline;
  }
  if (stream.kind === 'missing') {
    return {
      ...cover(notFound[wanted], `The address may be mistyped, or the ${wanted} may have been deleted.`),
      action: 'leave',
    };
  }
  if (playback === 'playing' && stream.kind === 'known' && stream.state === 'reconnecting') {
    // The platform keeps sending the last picture, so the player is playing.
    return { ...broadcasterAway, cover: false };
  }
  if (playback === 'playing' || playback === 'paused') return undefined;
  if (playback === 'finished') return finished(stream);
  if (playback === 'failed') return failed(stream);
  return waiting(stream, playback);
}

export const notFound = { stream: 'Stream not found', recording: 'Recording not found' } as const;

function waiting(stream: StreamKnowledge, playback: PlaybackCondition): ViewerScene {
  if (stream.kind === 'asking') return busy('Finding the stream', 'One moment.');
  if (stream.kind === 'known') {
    if (stream.state === 'idle' && playback === 'empty') return offline;
    if (stream.state === 'starting') {
      return busy('The broadcast is starting', 'The picture will appear in a few seconds.');
    }
    if (stream.state === 'reconnecting') return broadcasterAway;
    if (stream.state === 'ended') return busy('Loading the recording', 'One moment.');
  }
  if (playback === 'stalled') {
    return {
      ...busy(
        'Waiting for the video',
        'The connection is slow. Playback resumes as soon as enough has loaded.',
      ),
      cover: false,
    };
  }
  return busy('Loading the video', 'One moment.');
}

function finished(stream: StreamKnowledge): ViewerScene {
  if (stream.kind === 'known' && stream.state === 'starting') {
    return busy('The broadcast is starting', 'The picture will appear in a few seconds.');
  }
  return {
    ...cover('This broadcast has ended', 'You can watch it again from the start.'),
    action: 'replay',
  };
}

function failed(stream: StreamKnowledge): ViewerScene {
  if (stream.kind === 'known') {
    if (stream.state === 'idle') return offline;
    if (stream.state === 'starting' || stream.state === 'reconnecting') return waiting(stream, 'stalled');
  }
  if (stream.kind === 'unreachable') {
    return {
      ...cover(
        'Can’t reach the platform',
        'You’re online, but neither the stream’s state nor its video could be loaded. This page keeps retrying.',
      ),
      action: 'retry',
    };
  }
  return {
    ...cover('The video couldn’t be loaded', 'This page retries automatically.'),
    action: 'retry',
  };
}

const cover = (title: string, detail: string): ViewerScene => ({ title, detail, busy: false, cover: true });
const busy = (title: string, detail: string): ViewerScene => ({ title, detail, busy: true, cover: true });
const broadcasterAway = busy(
  'The broadcaster lost connection',
  'Waiting for the broadcaster to return. Playback resumes as soon as they’re back.',
);
const youAreOffline = busy('You’re offline', 'The video continues when your device is back online.');
const linkScenes: Readonly<Record<LinkFault, ViewerScene>> = {
  'link-missing': cover('This stream is private', 'Open it with the link that you were given.'),
  'link-invalid': cover(
    'This link doesn’t work here',
    'It may be incomplete, or made for another network. Ask whoever gave it to you for a new one.',
  ),
  'link-expired': cover('This link has expired', 'Ask whoever gave it to you for a new one.'),
  'link-revoked': cover('This link was revoked', 'Ask whoever gave it to you for a new one.'),
};

const isLinkFault = (condition: string): condition is LinkFault => Object.hasOwn(linkScenes, condition);

/** Whether the player shows nothing because the edge refuses it. */
export const isRefusal = (condition: PlaybackCondition): condition is Refusal =>
  condition === 'taken-down' || isLinkFault(condition);

const offline = cover(
  'Not on air',
  'Keep this page open: playback starts automatically when the broadcast begins.',
);
