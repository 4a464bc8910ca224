import { describe, expect, test } from '@jest/globals';
import { nameInDocument } from '../../../../lib/player/page/share/document-name.ts';
import { qrPath } from '../../../../lib/player/page/share/qr-path.ts';
import {
  developerLinks,
  readEmbedOffer,
  type Shared,
  shareLink,
} from '../../../../lib/player/page/share/share-links.ts';

const streamId = '7h2kqv0m4x9rt3bz';
const media = {
  dash: `https://e.example/local/${streamId}/manifest.mpd`,
  hls: `https://e.example/local/${streamId}/index.m3u8`,
};
const shared: Shared = { streamId, region: 'local', name: 'Concert', media };

describe('what is shared', () => {
  test('is the viewer page of a stream or of a recording', () => {
    expect(shareLink(shared, 'https://l.example')).toBe(`https://l.example/watch/${streamId}?region=local`);
    expect(shareLink({ ...shared, broadcastId: '1jm8' }, 'https://l.example')).toBe(
      `https://l.example/watch/${streamId}?region=local&broadcast=1jm8`,
    );
  });

  test('has the manifests of either for developers', () => {
    expect(developerLinks(shared)).toEqual([
      ['DASH', media.dash],
      ['HLS', media.hls],
    ]);
    expect(developerLinks({ ...shared, broadcastId: '1jm8', media: { hls: media.hls } })).toEqual([
      ['HLS', `https://e.example/local/${streamId}/1jm8/index.m3u8`],
    ]);
    expect(developerLinks({ ...shared, media: undefined })).toEqual([]);
  });

  test('has the embed code that the server gives, and says so if there is none', () => {
    expect(readEmbedOffer(200, { type: 'video', html: '<iframe>' })).toEqual({
      kind: 'code',
      html: '<iframe>',
    });
    expect(readEmbedOffer(200, { type: 'link' })).toEqual({ kind: 'closed' });
    expect(readEmbedOffer(401, undefined)).toEqual({ kind: 'unknown' });
    expect(readEmbedOffer(200, null)).toEqual({ kind: 'unknown' });
  });
});

describe('a QR code', () => {
  test('is one path, with a rectangle for each run of dark modules', () => {
    expect(
      qrPath([
        [true, true, false, true],
        [false, false, false, false],
        [false, true, true, true],
      ]),
    ).toBe('M0 0h2v1H0zM3 0h1v1H3zM1 2h3v1H1z');
  });
});

describe('the name in the document', () => {
  const head = (tags: Readonly<Record<string, string>>) => (property: string) => tags[property];

  test('is the stream’s whose page was loaded, and no other’s', () => {
    const tags = { 'og:url': `https://l.example/watch/${streamId}?region=local`, 'og:title': 'Concert' };
    expect(nameInDocument(streamId, head(tags))).toBe('Concert');
    expect(nameInDocument('8h2kqv0m4x9rt3bz', head(tags))).toBeUndefined();
    expect(nameInDocument(streamId, head({}))).toBeUndefined();
  });
});
