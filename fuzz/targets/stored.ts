import { parseHeader } from '../../lib/adapters/local/disk/object-file.ts';
import { EdgeRulesError, parseEdgeRules } from '../../lib/adapters/local/edge-rules-file.ts';
import { channelIndex, namedPlaylists } from '../../lib/control/managed-channels/policy/channel-index.ts';
import { readRatesMark } from '../../lib/encoder/publication/policy/measured-rates.ts';
import { Storyboard, storedSprites } from '../../lib/encoder/publication/policy/pictures/storyboard.ts';
import { readIndexMarks } from '../../lib/encoder/publication/policy/recovery/index-marks.ts';
import { restorePublication } from '../../lib/encoder/publication/policy/recovery/restore.ts';
import { initNamesOf } from '../../lib/encoder/publication/policy/recovery/stored-playlist.ts';
import { epochOf, withEpoch } from '../../lib/object-store/epoch-mark.ts';
import { readJpeg } from '../../lib/packaging/storyboard/jpeg.ts';
import { must, refusing } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

/** The parts of a stored broadcast, between lines of dashes: index, playlist of the sound, of 720p, manifest, an init segment. */
const between = '\n----\n';

function restore(input: Buffer): void {
  const [index = '', audio = '', video = '', manifest = '', init = ''] = input
    .toString('latin1')
    .split(between);
  const { renditions, periods } = readIndexMarks(index);
  const playlists = new Map([
    ['audio', audio],
    ['720p', video],
  ]);
  const numbers = new Map([...playlists.keys()].map((id) => [id, [0, 1, 2, 3, 1000]]));
  const inits = new Map<string, Buffer>();
  for (const [id, playlist] of playlists)
    for (const name of [...initNamesOf(playlist), ...periods.map(({ initName }) => initName)])
      inits.set(`${id}/${name}`, Buffer.from(init, 'latin1'));
  const restored = restorePublication({
    renditions: [...renditions, { id: 'audio', codecs: 'mp4a.40.2', bandwidthBps: 1 }],
    periods,
    playlists,
    numbers,
    inits,
    manifest,
  });
  if (!restored) return;
  const { startedAtMs, availabilityStartMs, nextNumber, nextListed } = restored;
  must(
    [startedAtMs, availabilityStartMs, nextNumber, nextListed].every(Number.isSafeInteger),
    `a publication that continues from ${JSON.stringify([startedAtMs, availabilityStartMs, nextNumber, nextListed])}`,
  );
}

export const storedTargets: readonly FuzzTarget[] = [
  {
    name: 'publication',
    about: 'playlists, manifest and marks of a broadcast, as another worker reads them back',
    parsers: [
      'lib/encoder/publication/policy/recovery/restore.ts',
      'lib/encoder/publication/policy/recovery/stored-playlist.ts',
      'lib/encoder/publication/policy/recovery/index-marks.ts',
      'lib/encoder/publication/policy/measured-rates.ts',
      'lib/object-store/epoch-mark.ts',
    ],
    words: [
      between,
      '#EXTINF:2.00000,\n',
      '#EXT-X-MEDIA-SEQUENCE:',
      '#EXT-X-DISCONTINUITY\n',
      '#EXT-X-GAP\n',
      '#EXT-X-MAP:URI="init-1-0.mp4"\n',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-27T09:00:00.000Z\n',
      '# rendition audio mp4a.40.2 128000\n',
      '# period 0-3 init-1-0.mp4 audio,720p\n',
      '# measured peak 1 average 1\n',
      '# epoch 1\n',
      'avcC',
      '9'.repeat(30),
    ],
    run(input) {
      restore(input);
      const text = input.toString('latin1');
      readRatesMark(text);
      must(
        epochOf(Buffer.from(withEpoch('a.m3u8', text, 7), 'latin1')) === 7,
        'an epoch that is not read back',
      );
    },
  },
  {
    name: 'storyboard',
    about: 'a stored storyboard, as another worker reads it back, and JPEGs that are put below one another',
    parsers: [
      'lib/packaging/storyboard/webvtt.ts',
      'lib/packaging/storyboard/jpeg.ts',
      'lib/encoder/publication/policy/pictures/storyboard.ts',
      'lib/object-store/epoch-mark.ts',
    ],
    words: [
      'storyboard-0-15-1.jpg#xywh=0,0,256,144\n',
      'NOTE epoch 1\n',
      Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0, 10]),
      Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 144, 1, 0, 1, 1, 0x22, 0]),
      Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0]),
      Buffer.from([0xff, 0xd9]),
    ],
    run(input) {
      epochOf(input);
      const sprites = storedSprites(input.toString('latin1'));
      for (const { from, count, width, height } of sprites)
        must(
          [from, count, width, height].every(Number.isSafeInteger) && count > 0 && width > 0 && height > 0,
          `a sprite of ${count} pictures of ${width}×${height}`,
        );
      const next = new Storyboard(1, sprites);
      const cell = next.nextCell;
      if (!next.add(cell, input)) return;
      const sprite = next.bytes(cell, 1, 1);
      must(sprite !== undefined && sprite.length <= input.length + 6, 'a picture that is not in its sprite');
      must(readJpeg(input) !== undefined, 'a picture that is no JPEG');
    },
  },
  {
    name: 'managed-playlist',
    about: "MediaLive's playlists",
    parsers: ['lib/control/managed-channels/policy/channel-index.ts'],
    words: [
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="x.m3u8"\n',
      '#EXT-X-STREAM-INF:AUDIO="a"\n',
      '#EXTM3U\n',
      '"',
    ],
    run(input) {
      const text = input.toString('utf8');
      namedPlaylists(text);
      channelIndex(
        [
          { folder: 'managed/0/', text },
          { folder: 'managed/1/', text },
        ],
        'index.m3u8',
        1,
      );
    },
  },
  {
    name: 'stored-files',
    about: "an object's file and the edge's rules, torn or altered on disk",
    parsers: ['lib/adapters/local/disk/object-file.ts', 'lib/adapters/local/edge-rules-file.ts'],
    words: ['HWO1', '{"denied":[]}', '"sizeBytes":0'],
    run(input) {
      parseHeader(input, input.length);
      refusing(() => parseEdgeRules('rules.json', input.toString('utf8')), EdgeRulesError);
    },
  },
];
