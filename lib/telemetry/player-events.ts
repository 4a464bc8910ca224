import { event } from './event.ts';

/** What the page's server says. The page itself runs in the viewer's browser and logs nothing here. */
export const playerEvents = {
  'player.page.built': event<{ files: number; bytes: number; durationMs: number }>(
    'info',
    'The page was bundled and is held in memory.',
  ),
} as const;
