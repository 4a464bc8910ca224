import { partNamePattern } from '../../../object-store/object-names.ts';
import { mostParts } from '../../../packaging/segment-grid.ts';
import type { CacheKey } from '../cache-key.ts';

/** What the cache holds, complete or arriving. */
export interface KnownObjects {
  has(key: string): boolean;
  /** Whether it was asked for before, and didn't exist then. */
  wasAbsent(key: string): boolean;
  /** Whether the object is here and contains this text. For manifests, which are short. */
  mentions(key: string, text: string): boolean;
  /** Whether the object is here and has this line. For playlists, which may have thousands. */
  hasLine(key: string, line: string): boolean;
}

/** Players go from segment to segment, so a real one has neighbours in the cache. */
const neighbours = 4;

/**
 * What the cache knows of a key that it doesn't hold. `named`: an older version is here, or a segment or part close to it, or a playlist or
 * manifest that names it. `possible`: a manifest names its folder, and the segments in it are counted by the clock.
 */
export function knowledgeOf({ key, rule }: CacheKey, known: KnownObjects): 'named' | 'possible' | undefined {
  const path = key.split('?', 1)[0] ?? key;
  const end = path.lastIndexOf('/') + 1;
  const [folder, name] = [path.slice(0, end), path.slice(end)];
  if (known.has(path)) return 'named';
  if (rule.kind === 'init' && known.hasLine(`${folder}playlist.m3u8`, `#EXT-X-MAP:URI="${name}"`))
    return 'named';
  if (rule.kind !== 'segment') return isNamed(folder, name, known) ? 'named' : undefined;
  if (partNamePattern.test(name)) return isNextPart(folder, name, known) ? 'named' : undefined;
  const number = Number.parseInt(name, 10);
  for (let away = 1; away <= neighbours; away++) {
    if (known.has(`${folder}${number - away}.m4s`) || known.has(`${folder}${number + away}.m4s`))
      return 'named';
  }
  if (known.hasLine(`${folder}playlist.m3u8`, name)) return 'named';
  return isNamed(folder, '', known) ? 'possible' : undefined;
}

/** Whether a part follows one of the same encoder that is here, or is in a playlist that is here: players go from part to part. */
function isNextPart(folder: string, name: string, known: KnownObjects): boolean {
  const [, number = '', index = '', epoch, run] = partNamePattern.exec(name) ?? [];
  if (epoch === undefined) return false;
  const has = (segment: number, part: number) => known.has(`${folder}${segment}.${part}-${epoch}-${run}.m4s`);
  for (let part = Number(index) - 1; part >= 0; part--) if (has(Number(number), part)) return true;
  for (let part = mostParts - 1; part >= 0; part--) if (has(Number(number) - 1, part)) return true;
  const playlist = `${folder}playlist.m3u8`;
  const before =
    Number(index) === 0
      ? `_HLS_msn=${Number(number) - 1}`
      : `_HLS_msn=${number}&_HLS_part=${Number(index) - 1}`;
  const versions = [playlist, `${playlist}?${before}`, `${playlist}?${before}&_HLS_skip=YES`];
  return versions.some((version) => known.mentions(version, `"${name}"`));
}

/** Whether a manifest that is here, of the broadcast or of its stream, names this file (or any) in this rendition's folder. */
function isNamed(folder: string, name: string, known: KnownObjects): boolean {
  const [, stream, broadcast, rendition] = /^(.*\/)([^/]+)\/([^/]+)\/$/.exec(folder) ?? [];
  if (stream === undefined) return false;
  const dash = [`"${rendition}"`, `$RepresentationID$/${name}`];
  const hls = `${rendition}/${name || 'playlist.m3u8'}`;
  const names = (manifest: string, ...texts: string[]) =>
    texts.every((text) => known.mentions(manifest, text));
  return (
    names(`${stream}manifest.mpd`, `${broadcast}/`, ...dash) ||
    names(`${stream}index.m3u8`, `${broadcast}/${hls}`) ||
    names(`${stream}${broadcast}/manifest.mpd`, ...dash) ||
    names(`${stream}${broadcast}/index.m3u8`, hls)
  );
}
