import { describe, expect, test } from '@jest/globals';
import HLS from 'hls-parser';
import {
  type HlsAudioRendition,
  type HlsVideoRendition,
  multivariantPlaylist,
} from '../../../lib/packaging/hls/multivariant.ts';

const rung = (height: number, bandwidthBps: number, frameRate = 30): HlsVideoRendition => ({
  uri: `${height}p/playlist.m3u8`,
  codecs: 'avc1.64001F',
  bandwidthBps,
  averageBandwidthBps: bandwidthBps * 0.8,
  width: (height * 16) / 9,
  height,
  frameRate,
});
const audio: HlsAudioRendition = {
  uri: 'audio/playlist.m3u8',
  codecs: 'mp4a.40.2',
  bandwidthBps: 140_000,
  averageBandwidthBps: 128_000,
  name: 'Main',
  channels: 2,
};

function read(text: string) {
  const playlist = HLS.parse(text);
  if (!playlist.isMasterPlaylist) throw new Error('not a multivariant playlist');
  return playlist;
}

describe('multivariantPlaylist', () => {
  test('tells an independent parser of every variant, with audio added up', () => {
    const playlist = read(
      multivariantPlaylist({ video: [rung(720, 3_000_000, 60_000 / 1001), rung(360, 800_000)], audio }),
    );
    expect(playlist).toMatchObject({ version: 7, independentSegments: true });
    expect(
      playlist.variants.map(({ uri, bandwidth, averageBandwidth, codecs, resolution, frameRate }) => {
        return { uri, bandwidth, averageBandwidth, codecs, resolution, frameRate };
      }),
    ).toEqual([
      {
        uri: '360p/playlist.m3u8',
        bandwidth: 940_000,
        averageBandwidth: 768_000,
        codecs: 'avc1.64001F,mp4a.40.2',
        resolution: { width: 640, height: 360 },
        frameRate: 30,
      },
      {
        uri: '720p/playlist.m3u8',
        bandwidth: 3_140_000,
        averageBandwidth: 2_528_000,
        codecs: 'avc1.64001F,mp4a.40.2',
        resolution: { width: 1280, height: 720 },
        frameRate: 59.94,
      },
    ]);
    for (const variant of playlist.variants) {
      expect(variant.audio).toEqual([
        expect.objectContaining({
          groupId: 'audio',
          name: 'Main',
          uri: 'audio/playlist.m3u8',
          isDefault: true,
          autoselect: true,
          channels: '2',
        }),
      ]);
    }
  });

  test.each([
    [[5_000_000, 2_300_000, 1_200_000, 600_000], 2_300_000],
    [[5_000_000, 2_400_000, 1_200_000], 1_200_000], // with audio, 2.4 Mb/s is over the line
    [[6_000_000, 4_000_000], 4_000_000],
    [[500_000, 700_000], 700_000],
  ])('of %j puts %d first and the others from high to low', (rates, first) => {
    const video = rates.map((rate, index) => rung(180 * (index + 1), rate));
    const order = read(multivariantPlaylist({ video, audio })).variants.map(
      ({ bandwidth }) => bandwidth - audio.bandwidthBps,
    );
    const others = rates.filter((rate) => rate !== first).sort((a, b) => b - a);
    expect(order).toEqual([first, ...others]);
  });

  test('lists video alone where the publisher sends no sound', () => {
    const [variant] = read(multivariantPlaylist({ video: [rung(720, 3_000_000)] })).variants;
    expect(variant).toMatchObject({ codecs: 'avc1.64001F', bandwidth: 3_000_000, audio: [] });
  });

  test('names the captions in the pictures, if there are any', () => {
    const video = [rung(720, 3_000_000), rung(360, 800_000)];
    const { variants } = read(multivariantPlaylist({ video, audio, captions: ['CC1', 'CC3'] }));
    for (const { closedCaptions } of variants)
      expect(closedCaptions.map(({ instreamId, uri }) => [instreamId, uri])).toEqual([
        ['CC1', undefined],
        ['CC3', undefined],
      ]);
    const services = multivariantPlaylist({ video, audio, captions: ['SERVICE1', 'SERVICE12'] });
    expect(read(services).variants[0]!.closedCaptions).toMatchObject([
      { instreamId: 'SERVICE1', name: 'Service 1' },
      { instreamId: 'SERVICE12', name: 'Service 12' },
    ]);
    expect(multivariantPlaylist({ video, audio })).not.toContain('CAPTIONS');
  });

  test('lists sound alone where the publisher sends no picture', () => {
    const text = multivariantPlaylist({ video: [], audio });
    expect(read(text).variants).toMatchObject([{ uri: 'audio/playlist.m3u8', codecs: 'mp4a.40.2' }]);
    expect(text).not.toMatch(/RESOLUTION|FRAME-RATE|EXT-X-MEDIA/);
  });

  test.each([
    ['nothing to list', { video: [] }],
    ['quotes in a name', { video: [], audio: { ...audio, codecs: 'mp4a.40.2",X="' } }],
    ['a line end in a URI', { video: [{ ...rung(720, 1), uri: 'a\n#EXT-X-KEY' }] }],
    ['an empty URI', { video: [{ ...rung(720, 1), uri: '' }] }],
  ])('refuses %s', (_, model) => {
    expect(() => multivariantPlaylist(model)).toThrow(expect.objectContaining({ code: 'HLS_BAD_MODEL' }));
  });
});
