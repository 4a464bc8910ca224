import { describe, expect, test } from '@jest/globals';
import { dashManifest } from '../../../../lib/packaging/dash/manifest.ts';
import { ApiError, ApiUnreachableError } from '../../../../lib/player/page/api/client.ts';
import { edgeStreams } from '../../../../lib/player/page/api/stream-source.ts';
import { readManifestState } from '../../../../lib/player/page/model/manifest-state.ts';
import { model } from '../../../packaging/dash/sample-model.ts';

const place = { edgeBaseUrl: 'https://live.example.com', region: 'eu-central-1' };
const onAir = dashManifest(model({ baseUrl: 'b7/' }));
const recording = dashManifest(
  model({ type: 'static', mediaPresentationDurationMs: 60_000, baseUrl: 'b7/' }),
);

describe('a stream looked for at the edge', () => {
  const asked: string[] = [];
  const find = (answer: () => Response) =>
    edgeStreams(place, async (url) => {
      asked.push(String(url));
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

  test('is not on air where there is no manifest', async () => {
    const { knowledge } = await find(() => new Response('', { status: 404 }));
    expect(knowledge).toEqual({ ...paths, state: 'idle' });
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

describe('a manifest', () => {
  test('of one broadcast only names none', () => {
    expect(readManifestState(dashManifest(model()))).toEqual({ state: 'live', broadcastId: undefined });
  });

  test('that leads elsewhere names no broadcast', () => {
    const strange = dashManifest(model({ baseUrl: 'https://elsewhere.example/b7/' }));
    expect(readManifestState(strange)?.broadcastId).toBeUndefined();
  });
});
