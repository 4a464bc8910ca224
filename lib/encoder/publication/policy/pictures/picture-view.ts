/** The pictures of a broadcast that viewers may have now. */
export interface PictureView {
  /** The newest one. */
  poster(): Buffer | undefined;
  storyboard(scope: 'stream' | 'broadcast'): string | undefined;
  sprite(from: number, count: number, epoch: number): Buffer | undefined;
}
