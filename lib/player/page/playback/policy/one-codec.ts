import { descendants, type MpdNode } from './mpd-node.ts';

/**
 * Gives all H.264 representations of an MPD one codec string: `known`, or that of the best one; returns it. They differ in profile and
 * level only, which a source buffer takes as they come. With strings of their own, shaka-player (5.2) loses rungs: its stream takes the
 * string of the period that plays (streaming_engine.js, `stream.codecs`), so where a rung comes back after an encoder gave it up, it is
 * joined to the rung that had taken its place, and not to itself (periods.js, `compareCodecs_`).
 */
export function useOneCodec(mpd: MpdNode, known?: string): string | undefined {
  const pictures = descendants(mpd, 'Representation').filter(({ attributes }) =>
    /^avc1\.[0-9a-f]{6}$/i.test(attributes.codecs ?? ''),
  );
  const best = pictures.reduce<MpdNode | undefined>(
    (most, each) => (most === undefined || bandwidthOf(each) > bandwidthOf(most) ? each : most),
    undefined,
  );
  const codec = known ?? best?.attributes.codecs;
  if (codec !== undefined) for (const { attributes } of pictures) attributes.codecs = codec;
  return codec;
}

const bandwidthOf = ({ attributes }: MpdNode): number => Number(attributes.bandwidth);
