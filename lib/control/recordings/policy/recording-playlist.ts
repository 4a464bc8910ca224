/** A segment that a recording's playlist names. Keys are those of the object store. */
export interface RecordedSegment {
  readonly number: number;
  readonly key: string;
  /** The init segment that it needs. */
  readonly initKey: string;
}

export interface RecordedPlaylist {
  /** Nothing is added any more. */
  readonly ended: boolean;
  readonly firstNumber: number;
  /** Without those that are missing. */
  readonly segments: readonly RecordedSegment[];
  /** The number after the last one, missing or not. */
  readonly nextNumber: number;
}

export interface RecordedRendition {
  readonly id: string;
  readonly kind: 'video' | 'audio';
}

/** The renditions that a broadcast's multivariant playlist names, best first, sound last. */
export function recordedRenditions(index: string): readonly RecordedRendition[] {
  const video: RecordedRendition[] = [];
  const audio: RecordedRendition[] = [];
  let isVariant = false;
  for (const line of index.split('\n')) {
    if (line.startsWith('#EXT-X-MEDIA:TYPE=AUDIO')) {
      const id = folderOf(/URI="([^"]+)"/.exec(line)?.[1]);
      if (id !== undefined) audio.push({ id, kind: 'audio' });
    } else if (line.startsWith('#EXT-X-STREAM-INF:')) isVariant = true;
    else if (isVariant && line !== '' && !line.startsWith('#')) {
      const id = folderOf(line);
      isVariant = false;
      // Sound alone has no group: then the variant is the sound.
      if (id === 'audio') audio.push({ id, kind: 'audio' });
      else if (id !== undefined) video.push({ id, kind: 'video' });
    }
  }
  const known = new Set<string>();
  return [...video, ...audio].filter(({ id }) => !known.has(id) && known.add(id));
}

/** `720p/playlist.m3u8`, with any folders before → `720p`. */
const folderOf = (uri: string | undefined): string | undefined => /([^/]+)\/[^/]+$/.exec(uri ?? '')?.[1];

/** Reads a rendition's media playlist. `prefix`: the broadcast's, ending in a slash; `id`: the rendition's folder. */
export function recordedPlaylist(text: string, prefix: string, id: string): RecordedPlaylist {
  const keyOf = (uri: string): string =>
    uri.startsWith('../') ? prefix + uri.slice(3) : `${prefix}${id}/${uri}`;
  const firstNumber = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d{1,15})$/m.exec(text)?.[1] ?? 0);
  const segments: RecordedSegment[] = [];
  let number = firstNumber;
  let initKey = '';
  let isGap = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('#EXT-X-MAP:')) initKey = keyOf(/URI="([^"]+)"/.exec(line)?.[1] ?? '');
    else if (line === '#EXT-X-GAP') isGap = true;
    else if (line !== '' && !line.startsWith('#')) {
      if (!isGap) segments.push({ number, key: keyOf(line), initKey });
      number++;
      isGap = false;
    }
  }
  return { ended: /^#EXT-X-ENDLIST$/m.test(text), firstNumber, segments, nextNumber: number };
}
