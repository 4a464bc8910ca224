import { epochMark } from '../../../object-store/epoch-mark.ts';

/** A pipeline's multivariant playlist, and its folder relative to the index, with a trailing slash. */
export interface PipelinePlaylist {
  readonly folder: string;
  readonly text: string;
}

/**
 * One multivariant playlist for all pipelines: the renditions of the first, then those of the second, which players use if the
 * first fails (RFC 8216 6.2.4, redundant renditions). Audio group names include the pipeline, so that no player mixes the two.
 * Ends with the writer's epoch, like every object that gets overwritten.
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

/** The playlists referenced by a multivariant playlist, as written there. */
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
