import type { StreamKnowledge } from './playback-target.ts';

/** What the player does with the video. */
export type PlaybackCondition =
  | 'empty'
  | 'loading'
  | 'playing'
  | 'paused'
  /** Wants to play and has nothing to show. */
  | 'stalled'
  /** Played to its end. */
  | 'finished'
  /** Gave up for now; another try is due. */
  | 'failed'
  /** The edge refused it, since the stream was taken down. */
  | 'taken-down'
  /** This browser cannot play what we send. */
  | 'unsupported';

/** What is laid over the picture; undefined where the picture speaks for itself. */
export interface ViewerScene {
  readonly title: string;
  readonly detail: string;
  /** A moving mark: something is under way that needs no action. */
  readonly busy: boolean;
  readonly action?: 'retry' | 'replay';
  /** Covers the picture, rather than a note at its edge. */
  readonly cover: boolean;
}

/** What a viewer is told, in plain words, for every pairing of stream and player. */
export function viewerScene(stream: StreamKnowledge, playback: PlaybackCondition): ViewerScene | undefined {
  if (stream.kind === 'taken-down' || playback === 'taken-down') {
    return cover(
      'This stream was taken down',
      'It cannot be watched any more. Should it be restored, it comes back here by itself.',
    );
  }
  if (playback === 'unsupported') {
    return cover(
      'This browser cannot play the video',
      'It has neither Media Source Extensions nor HLS. A current Chrome, Edge, Firefox or Safari can.',
    );
  }
  if (stream.kind === 'missing') {
    return cover('There is no stream here', 'The address may be mistyped, or the stream was deleted.');
  }
  if (playback === 'playing' && stream.kind === 'known' && stream.state === 'reconnecting') {
    // The platform sends the last picture on, so something does play.
    return { ...broadcasterGone, cover: false };
  }
  if (playback === 'playing' || playback === 'paused') return undefined;
  if (playback === 'finished') return finished(stream);
  if (playback === 'failed') return failed(stream);
  return waiting(stream, playback);
}

function waiting(stream: StreamKnowledge, playback: PlaybackCondition): ViewerScene {
  if (stream.kind === 'asking') return busy('Finding the stream', 'One moment.');
  if (stream.kind === 'known') {
    if (stream.state === 'idle' && playback === 'empty') return offline;
    if (stream.state === 'starting') {
      return busy('The broadcast is starting', 'The picture appears here in a few seconds.');
    }
    if (stream.state === 'reconnecting') return broadcasterGone;
    if (stream.state === 'ended') return busy('Loading the recording', 'One moment.');
  }
  if (playback === 'stalled') {
    return {
      ...busy(
        'Waiting for the video',
        'The connection is slow. Playback goes on as soon as enough has arrived.',
      ),
      cover: false,
    };
  }
  return busy('Loading the video', 'One moment.');
}

function finished(stream: StreamKnowledge): ViewerScene {
  if (stream.kind === 'known' && stream.state === 'starting') {
    return busy('The broadcast is starting', 'The picture appears here in a few seconds.');
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
        'The platform cannot be reached',
        'Neither the stream’s state nor its video could be loaded. Check your connection; this page keeps trying.',
      ),
      action: 'retry',
    };
  }
  return {
    ...cover('The video could not be loaded', 'This page tries again by itself.'),
    action: 'retry',
  };
}

const cover = (title: string, detail: string): ViewerScene => ({ title, detail, busy: false, cover: true });
const busy = (title: string, detail: string): ViewerScene => ({ title, detail, busy: true, cover: true });
const broadcasterGone = busy(
  'The broadcaster lost the connection',
  'It is held open for them. Playback goes on here as soon as they are back.',
);
const offline = cover(
  'Not on air',
  'Leave this page open: it starts playing by itself when the broadcast begins.',
);
