import { epochMark } from '../../../object-store/epoch-mark.ts';

/** A pipeline's multivariant playlist, and the folder that it lies in, seen from where the index is; with a slash. */
export interface PipelinePlaylist {
  readonly folder: string;
  readonly text: string;
}

/**
 * One multivariant playlist of all pipelines: the renditions of the first, then those of the second, which a player takes
 * where the first fails it (RFC 8216 6.2.4, redundant renditions). A group of sounds has the pipeline in its name, so that
 * no player mixes the two. Ends with the epoch of its writer, as everything does that is written over.
 */
export function channelIndex(playlists: readonly PipelinePlaylist[], key: string, epoch: number): string {
  const [first] = playlists;
  const head = first ? linesOf(first.text).filter(isHead) : [];
  const bodies = playlists.flatMap(({ folder, text }, pipeline) =>
    linesOf(text)
      .filter((line) => !isHead(line))
      .map((line) => moved(line, folder, pipeline)),
  );
  return `${[...head, ...bodies].join('\n')}\n${epochMark(key, epoch)}`;
}

/** The playlists that a multivariant playlist names, as it names them. */
export function namedPlaylists(text: string): string[] {
  return linesOf(text).flatMap((line) => {
    if (!line.startsWith('#')) return [line];
    const uri = uriAttribute.exec(line)?.[1];
    return uri === undefined ? [] : [uri];
  });
}

const uriAttribute = /\bURI="([^"]*)"/;
const groupAttribute = /\b(GROUP-ID|AUDIO)="([^"]*)"/g;
const isHead = (line: string): boolean => /^#(EXTM3U|EXT-X-VERSION|EXT-X-INDEPENDENT-SEGMENTS)/.test(line);

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function moved(line: string, folder: string, pipeline: number): string {
  if (!line.startsWith('#')) return folder + line;
  const placed = line.replace(uriAttribute, (_, uri: string) => `URI="${folder}${uri}"`);
  return pipeline === 0
    ? placed
    : placed.replace(groupAttribute, (_, name: string, group: string) => `${name}="${group}-${pipeline}"`);
}
