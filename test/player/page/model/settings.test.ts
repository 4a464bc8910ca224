import { describe, expect, test } from '@jest/globals';
import { readSettings, watchedRegion } from '../../../../lib/player/page/model/settings.ts';

describe('what the page was told', () => {
  test('may be next to nothing: then it is a viewer, and the edge is where it came from', () => {
    expect(readSettings({ region: 'eu-central-1' }, 'https://live.example.com')).toEqual({
      apiBaseUrl: undefined,
      processApiBaseUrl: undefined,
      edgeBaseUrl: 'https://live.example.com',
      region: 'eu-central-1',
    });
    expect(readSettings({ apiBaseUrl: '', edgeBaseUrl: '', region: 'local' }, 'http://page').apiBaseUrl).toBe(
      undefined,
    );
  });

  test('goes before what is taken for granted', () => {
    const told = {
      apiBaseUrl: 'http://api',
      processApiBaseUrl: 'http://super',
      edgeBaseUrl: 'http://edge',
      region: 'local',
    };
    expect(readSettings(told, 'http://page')).toEqual(told);
  });
});

describe('the region that is watched', () => {
  test.each([
    ['?region=us-east-1', 'us-east-1'],
    ['?protocol=hls&region=us-east-1', 'us-east-1'],
    ['', 'eu-central-1'],
    ['?region=', 'eu-central-1'],
    ['?region=../other', 'eu-central-1'],
    ['?region=US%20East', 'eu-central-1'],
  ])('by %j is %s', (search, region) => {
    expect(watchedRegion(search, 'eu-central-1')).toBe(region);
  });
});
