import { expect, test } from '@jest/globals';
import { descendants, type MpdNode } from '../../../../../lib/player/page/playback/policy/mpd-node.ts';
import { useOneCodec } from '../../../../../lib/player/page/playback/policy/one-codec.ts';

const mpd = (...representations: [codecs: string, bandwidth: number][]): MpdNode => ({
  tagName: 'MPD',
  attributes: {},
  children: representations.map(([codecs, bandwidth]) => ({
    tagName: 'Representation',
    attributes: { codecs, bandwidth: String(bandwidth) },
    children: [],
  })),
});
const codecsOf = (from: MpdNode) =>
  descendants(from, 'Representation').map(({ attributes }) => attributes.codecs);

test('all rungs of H.264 have the codec string of the best one, and keep it in the next MPD', () => {
  const first = mpd(['avc1.4D4016', 600_000], ['avc1.64001F', 3_000_000], ['mp4a.40.2', 9_000_000]);
  const codec = useOneCodec(first);
  expect(codecsOf(first)).toEqual(['avc1.64001F', 'avc1.64001F', 'mp4a.40.2']);
  const next = mpd(['avc1.4D4016', 600_000]);
  expect(useOneCodec(next, codec)).toBe('avc1.64001F');
  expect(codecsOf(next)).toEqual(['avc1.64001F']);
});

test('other codecs stay as they are', () => {
  const other = mpd(['hvc1.1.6.L93.B0', 2_000_000], ['av01.0.04M.08', 1_000_000]);
  expect(useOneCodec(other)).toBeUndefined();
  expect(codecsOf(other)).toEqual(['hvc1.1.6.L93.B0', 'av01.0.04M.08']);
});
