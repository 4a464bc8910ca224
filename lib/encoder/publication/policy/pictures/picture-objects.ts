import { epochMark, jpegEpochComment } from '../../../../object-store/epoch-mark.ts';
import {
  broadcastPrefix,
  posterName,
  storyboardName,
  streamPrefix,
} from '../../../../object-store/object-names.ts';
import type { Sprite } from '../../../../packaging/storyboard/cells.ts';
import { withComment } from '../../../../packaging/storyboard/jpeg.ts';
import { storyboardText } from '../../../../packaging/storyboard/webvtt.ts';
import type { BroadcastId, StreamId } from '../../../../routing/ids.ts';
import { type ObjectWrite, objectWrite } from '../object-write.ts';
import { nameOf, type SpriteToWrite } from './storyboard.ts';

/** Whose pictures. */
export interface PictureOwner {
  readonly region: string;
  readonly streamId: StreamId;
  readonly broadcastId: BroadcastId;
  readonly epoch: number;
}

export type PictureScope = 'stream' | 'broadcast';

export const pictureScopes: readonly PictureScope[] = ['broadcast', 'stream'];

export const picturePrefix = (
  { region, streamId, broadcastId }: PictureOwner,
  scope: PictureScope,
): string =>
  scope === 'stream' ? streamPrefix(region, streamId) : broadcastPrefix(region, streamId, broadcastId);

/** A storyboard; its sprites are the broadcast's. `startedAtMs`: Unix ms of stream time 0. */
export const storyboardOf = (
  { broadcastId }: PictureOwner,
  scope: PictureScope,
  sprites: readonly Sprite[],
  startedAtMs: number,
): string =>
  storyboardText({
    startedAtMs,
    sprites,
    address: (sprite) => `${scope === 'stream' ? `${broadcastId}/` : ''}${nameOf(sprite)}`,
  });

export function storyboardWrite(owner: PictureOwner, scope: PictureScope, text: string): ObjectWrite {
  const key = picturePrefix(owner, scope) + storyboardName;
  return objectWrite(key, [Buffer.from(text + epochMark(key, owner.epoch), 'utf8')], 'replace');
}

export const spriteWrite = (owner: PictureOwner, { sprite, body }: SpriteToWrite): ObjectWrite =>
  objectWrite(picturePrefix(owner, 'broadcast') + nameOf(sprite), [body], 'once');

/** It says whose it is: where the broadcast is deleted, the stream's goes with it. */
export const posterWrite = (owner: PictureOwner, scope: PictureScope, jpeg: Buffer): ObjectWrite =>
  objectWrite(
    picturePrefix(owner, scope) + posterName,
    [withComment(jpeg, jpegEpochComment(`${owner.broadcastId}/`, owner.epoch))],
    'replace',
  );
