import { describe, expect, test } from '@jest/globals';
import { previewKey } from '../../../../lib/audience/policy/cmcd.ts';
import { dashManifest } from '../../../../lib/packaging/dash/manifest.ts';
import { type ApiClient, ApiError, ApiUnreachableError } from '../../../../lib/player/page/api/client.ts';
import { apiStreams, edgeStreams } from '../../../../lib/player/page/api/stream-source.ts';
import {
  firstRendition,
  readManifestState,
  readPlaylistState,
} from '../../../../lib/player/page/model/manifest-state.ts';
import { model } from '../../../packaging/dash/sample-model.ts';

const place = { edgeBaseUrl: 'https://live.example.com', region: 'eu-central-1' };
const onAir = dashManifest(model({ baseUrl: 'b7/' }));
const recording = dashManifest(
  model({ type: 'static', mediaPresentationDurationMs: 60_000, baseUrl: 'b7/' }),
);

const mark = `?CMCD=${previewKey}`;
/** What is asked for; fails for what would be counted as a viewer's. */
function uncounted(url: string | URL | Request): string {
  const text = String(url);
  expect(text.endsWith(mark)).toBe(true);
  return text.slice(0, -mark.length);
}

describe('a stream looked for at the edge', () => {
  const asked: string[] = [];
  const find = (answer: () => Response) =>
    edgeStreams(place, async (url) => {
      asked.push(uncounted(url));
      return answer();
    }).find('s 1');
  const paths = {
    kind: 'known',
    dash: 'https://live.example.com/eu-central-1/s%201/manifest.mpd',
    hls: 'https://live.example.com/eu-central-1/s%201/index.m3u8',
  };

  test('is on air while its manifest grows, and the manifest leads to the broadcast', async () => {
    expect(await find(() => new Response(onAir))).toEqual({
      knowledge: { ...paths, state: 'live', broadcastId: 'b7' },
    });
    expect(asked).toEqual([paths.dash]);
  });

  test('has ended once its manifest is that of a recording', async () => {
    expect((await find(() => new Response(recording))).knowledge).toMatchObject({ state: 'ended' });
  });

  describe('if one recording of it is wanted', () => {
    const wanted = (answers: Record<string, Response>) => {
      const paths: string[] = [];
      const source = edgeStreams(place, async (url) => {
        const path = uncounted(url).split('/').slice(4).join('/');
        paths.push(path);
        return answers[path] ?? new Response('', { status: 404 });
      });
      return { paths, found: source.find('s', 'b3') };
    };
    const known = { kind: 'known', broadcastId: 'b3', dash: expect.stringMatching(/s\/manifest\.mpd$/) };

    test('is known by the recording’s own manifest, whatever the stream does', async () => {
      const { paths, found } = wanted({ 's/b3/manifest.mpd': new Response(recording) });
      expect((await found).knowledge).toMatchObject({ ...known, state: 'ended' });
      expect(paths).toEqual(['s/b3/manifest.mpd']);
    });

    test('is live if that is the broadcast on air', async () => {
      const { found } = wanted({ 's/b3/manifest.mpd': new Response(onAir) });
      expect((await found).knowledge).toMatchObject({ ...known, state: 'live' });
    });

    test('plays by HLS alone where there is nothing else', async () => {
      const { found } = wanted({ 's/b3/index.m3u8': new Response('#EXTM3U') });
      expect((await found).knowledge).toMatchObject({ ...known, state: 'ended', manifests: ['hls'] });
    });

    test('is missing where there is none, and gone where it was deleted', async () => {
      expect((await wanted({}).found).knowledge).toEqual({ kind: 'missing' });
      const gone = new Response('', { status: 410 });
      expect((await wanted({ 's/b3/manifest.mpd': gone }).found).knowledge).toEqual({ kind: 'taken-down' });
    });
  });

  test('is not on air where there is no manifest', async () => {
    const { knowledge } = await find(() => new Response('', { status: 404 }));
    expect(knowledge).toEqual({ ...paths, state: 'idle' });
  });

  test('was taken down where the edge says that it is gone, and nothing more is asked', async () => {
    asked.length = 0;
    expect(await find(() => new Response('', { status: 410 }))).toEqual({
      knowledge: { kind: 'taken-down' },
    });
    expect(asked).toEqual([paths.dash]);
  });

  test('is locked where the edge wants another link, which it is asked with', async () => {
    asked.length = 0;
    const source = edgeStreams(
      place,
      async (url) => {
        asked.push(uncounted(url));
        return new Response('{"code":"playback-expired"}', { status: 403 });
      },
      (_, url) => url.replace('/s1/', '/~token/s1/'),
    );
    expect(await source.find('s1')).toEqual({ knowledge: { kind: 'locked', fault: 'link-expired' } });
    expect(asked).toEqual(['https://live.example.com/eu-central-1/~token/s1/manifest.mpd']);
  });

  test.each([
    [503, ''],
    [429, ''],
    [200, 'This is no manifest.'],
  ])('is not known where the answer is %d %j', async (status, body) => {
    await expect(find(() => new Response(body, { status }))).rejects.toThrow(ApiError);
  });

  test('is not known where nobody answers', async () => {
    const nobody = () => {
      throw new TypeError('fetch failed');
    };
    await expect(find(nobody)).rejects.toThrow(ApiUnreachableError);
  });
});

describe('a stream that has HLS only, looked for at the edge', () => {
  const hls = 'https://live.example.com/eu-central-1/s1/index.m3u8';
  const findAmong = (files: Readonly<Record<string, string | number>>) =>
    edgeStreams(place, async (url) => {
      const file = files[uncounted(url)] ?? 404;
      return typeof file === 'number' ? new Response('', { status: file }) : new Response(file);
    }).find('s1');
  const playlist = (end: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n1.mp4\n${end}`;
  const multivariant =
    '#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-STREAM-INF:BANDWIDTH=900000\nb9/managed/0/index-720p-playlist.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=1\nb9/x.m3u8\n';
  const media = 'https://live.example.com/eu-central-1/s1/b9/managed/0/index-720p-playlist.m3u8';

  test.each([
    ['live', ''],
    ['ended', '#EXT-X-ENDLIST\n'],
  ])('is %s as its first rendition says, and of HLS only', async (state, end) => {
    expect((await findAmong({ [hls]: multivariant, [media]: playlist(end) })).knowledge).toMatchObject({
      state,
      broadcastId: 'b9',
      manifests: ['hls'],
    });
  });

  test('is found though its playlist is no multivariant one', async () => {
    expect((await findAmong({ [hls]: playlist('') })).knowledge).toMatchObject({ state: 'live', hls });
  });

  test('was taken down where the edge says so of its playlist', async () => {
    expect((await findAmong({ [hls]: 410 })).knowledge).toEqual({ kind: 'taken-down' });
  });

  test('is not known where its rendition is missing or is something else', async () => {
    await expect(findAmong({ [hls]: multivariant })).rejects.toThrow(ApiError);
    await expect(findAmong({ [hls]: multivariant, [media]: 'nonsense' })).rejects.toThrow(ApiError);
    await expect(findAmong({ [hls]: 503 })).rejects.toThrow(ApiError);
  });
});

describe('a stream that the API tells of', () => {
  const stream = {
    name: 'Show',
    state: 'ended',
    playback: { dash: 'd', hls: 'h', page: 'p', manifests: ['hls'] },
  } as const;
  const find = (answer: object) =>
    apiStreams({ getStream: async () => answer } as unknown as ApiClient).find('s1');

  test('names the manifests that it has', async () => {
    expect((await find(stream)).knowledge).toMatchObject({ kind: 'known', manifests: ['hls'] });
  });

  test('that is signed is known only if the edge takes the link', async () => {
    const signed = { ...stream, playback: { ...stream.playback, access: 'signed' } };
    const ask = (status: number) =>
      apiStreams(
        { getStream: async () => signed } as unknown as ApiClient,
        (_, url) => `~token/${url}`,
        async (url) => {
          expect(url).toBe(`~token/h${mark}`);
          return new Response('{"code":"playback-revoked"}', { status });
        },
      ).find('s1');
    expect(await ask(403)).toEqual({ name: 'Show', knowledge: { kind: 'locked', fault: 'link-revoked' } });
    for (const status of [200, 404]) expect((await ask(status)).knowledge).toMatchObject({ kind: 'known' });
  });

  describe('whose last broadcast ended before there was anything to play', () => {
    const refused = {
      ...stream,
      playback: { ...stream.playback, dash: 'https://e/s/manifest.mpd', hls: 'https://e/s/index.m3u8' },
      broadcast: { id: 'b8', state: 'ended', durationMs: 0 },
    };
    const found = (mpd: Response) =>
      apiStreams({ getStream: async () => refused } as unknown as ApiClient, undefined, async (url) =>
        new URL(url).pathname.endsWith('.mpd') ? mpd : new Response('', { status: 404 }),
      ).find('s1');

    test('plays the one before', async () => {
      expect(await found(new Response(recording))).toMatchObject({
        name: 'Show',
        knowledge: { state: 'ended', broadcastId: 'b7' },
      });
    });

    test('is off air if there was none', async () => {
      expect((await found(new Response('', { status: 404 }))).knowledge).toMatchObject({ state: 'idle' });
    });
  });

  test.each(['taking-down', 'taken-down', 'restoring'])('is taken down while it is %s', async (state) => {
    const takedown = { state, reason: 'Why', askedAt: '2026-11-22T18:00:00.000Z' };
    expect(await find({ ...stream, takedown })).toEqual({ name: 'Show', knowledge: { kind: 'taken-down' } });
  });

  test('is as it was before once it is restored', async () => {
    expect((await find({ ...stream, takedown: { state: 'restored' } })).knowledge).toMatchObject({
      kind: 'known',
      state: 'ended',
    });
  });
});

describe('a playlist', () => {
  test('leads to its first rendition past tags and comments in between', () => {
    const text = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-NOTE\nb1/a.m3u8\n';
    expect(firstRendition(text)).toBe('b1/a.m3u8');
    expect(firstRendition('#EXTM3U\n#EXTINF:2,\n1.mp4\n')).toBeUndefined();
  });

  test('that is none tells nothing', () => {
    expect(readPlaylistState('<html>', '<html>')).toBeUndefined();
    expect(readPlaylistState('#EXTM3U\n', '#EXTM3U\n')).toBeUndefined();
  });
});

describe('a manifest', () => {
  test('of one broadcast only names none', () => {
    expect(readManifestState(dashManifest(model()))).toEqual({ state: 'live', broadcastId: undefined });
  });

  test('that leads elsewhere names no broadcast', () => {
    const strange = dashManifest(model({ baseUrl: 'https://elsewhere.example/b7/' }));
    expect(readManifestState(strange)?.broadcastId).toBeUndefined();
  });
});
