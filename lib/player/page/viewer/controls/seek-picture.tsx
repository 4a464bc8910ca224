import type { StoryboardPicture } from '../../model/player/storyboard.ts';

/** One picture of a sprite, whatever the sprite's size. */
export function SeekPicture({ picture: { url, x, y, width, height } }: { picture: StoryboardPicture }) {
  return (
    <svg class="seek-picture" viewBox={`${x} ${y} ${width} ${height}`} aria-hidden="true">
      <image href={url} />
    </svg>
  );
}
