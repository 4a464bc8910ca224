import { event } from './event.ts';

/** Events of the page's server. The page itself runs in the viewer's browser and logs nothing here. */
export const playerEvents = {
  'player.page.built': event<{ files: number; bytes: number; durationMs: number }>(
    'info',
    'Page bundled and held in memory.',
  ),
  'player.card.unavailable': event<{ cause: unknown }>(
    'warn',
    'The control API doesn’t say what may be told of a stream: its link previews say nothing, and new frames stay closed.',
  ),
  'player.document.failed': event<{ cause: unknown }>(
    'error',
    'A stream’s document couldn’t be made: the edge serves what it had, or the page’s own file without tags.',
  ),
} as const;
