import type { ManifestSegment } from '../manifests.ts';

/** The pieces of a track that one decoder plays: it begins anew where there is another init segment or a discontinuity. */
export function piecesOf(
  segments: readonly ManifestSegment[],
  bodies: ReadonlyMap<string, Buffer | undefined>,
): Buffer[] {
  const pieces: Buffer[][] = [];
  let playing = '';
  for (const { uri, map, discontinuity } of segments) {
    if (map !== playing || discontinuity) pieces.push([bodies.get(map) ?? Buffer.alloc(0)]);
    playing = map;
    pieces.at(-1)?.push(bodies.get(uri) ?? Buffer.alloc(0));
  }
  return pieces.map((parts) => Buffer.concat(parts));
}
