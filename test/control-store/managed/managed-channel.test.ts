import { describe, expect, test } from '@jest/globals';
import { isStillWanted, leaseNote } from '../../../lib/control/managed-channels/policy/channel-demand.ts';
import { channelIndex, namedPlaylists } from '../../../lib/control/managed-channels/policy/channel-index.ts';
import { planChannel } from '../../../lib/control/managed-channels/policy/channel-plan.ts';
import {
  channelOutlook,
  channelWords,
  feedChannel,
  isOpen,
  type ManagedChannel,
  runsOf,
  unwantChannel,
  wantChannel,
  withRun,
} from '../../../lib/control-store/managed/managed-channel.ts';
import type { BroadcastRecord, LeaseRecord, StreamRecord } from '../../../lib/control-store/records.ts';
import { deliveryRuleFor } from '../../../lib/edge/policy/delivery.ts';
import type { BroadcastId, MemberId, StreamId } from '../../../lib/routing/ids.ts';

const one = 'broadcast0000001' as BroadcastId;
const two = 'broadcast0000002' as BroadcastId;
const streamId = 'a1b2c3d4e5f6g7h8' as StreamId;
const wanted = (body?: ManagedChannel, broadcastId = one, epoch = 1): ManagedChannel =>
  wantChannel(body, { broadcastId, epoch, atMs: 1_000 });

describe('the document', () => {
  test('of a broadcast that comes back through another worker keeps its channel, under the newer epoch', () => {
    const live: ManagedChannel = { ...wanted(), state: 'live', channelId: '7' };
    expect(wanted(live, one, 2)).toEqual({ ...live, epoch: 2 });
    expect(wanted({ ...live, epoch: 5 }, one, 2).epoch).toBe(5);
  });

  test('of a next broadcast keeps the older channel until it is gone', () => {
    const next = wanted({ ...wanted(), state: 'live', channelId: '7' }, two);
    expect(next).toMatchObject({ broadcastId: two, state: 'none', intent: 'wanted' });
    expect(next.leaving).toMatchObject([
      { broadcastId: one, state: 'live', intent: 'unwanted', channelId: '7' },
    ]);
    const gone = withRun(next, { ...runsOf(next)[1]!, state: 'gone' });
    expect(gone.leaving).toEqual([]);
    expect(wanted({ ...wanted(), state: 'gone' }, two).leaving).toEqual([]);
  });

  test('is written by the newest broadcast only', () => {
    const next = wanted(wanted(), two);
    expect(wanted(next, one)).toBe(next);
    expect(unwantChannel(next, one)).toBe(next);
    expect(feedChannel(next, one)).toBe(next);
    expect(unwantChannel(next, two).intent).toBe('unwanted');
    expect(feedChannel(next, two).fed).toBe(true);
  });

  test('is open until nothing is left of any channel, and everything is told', () => {
    const gone: ManagedChannel = { ...wanted(), state: 'gone' };
    expect(isOpen(gone)).toBe(false);
    expect(isOpen({ ...gone, leaving: [{ ...runsOf(gone)[0]!, state: 'stopping' }] })).toBe(true);
    const line = { type: 'managed.channel.failed', broadcastId: one, atMs: 1, data: {} } as const;
    expect(isOpen({ ...gone, untold: [line] })).toBe(true);
  });
});

describe('what the publisher’s holder is told', () => {
  const outlook = (run: Partial<ManagedChannel>, broadcastId = one, nowMs = 1_000) =>
    channelOutlook({ ...wanted(), ...run }, broadcastId, nowMs);

  test('is to wait until there are endpoints, about how long, and to push from then on', () => {
    expect(outlook({})).toEqual({
      kind: 'wait',
      words: 'The MediaLive channel is starting, about 1 min 30 s left.',
    });
    expect(outlook({ state: 'creating-channel', endpoints: ['rtmp://a'] }, one, 31_000)).toEqual({
      kind: 'push',
      endpoints: ['rtmp://a'],
      live: false,
      words: 'The MediaLive channel is starting, about 1 min left.',
    });
    expect(outlook({ state: 'live', endpoints: ['rtmp://a'] })).toMatchObject({ kind: 'push', live: true });
    expect(outlook({ state: 'starting' }, one, 600_000).words).toContain('longer than usual');
    expect(channelOutlook(undefined, one, 0).kind).toBe('wait');
  });

  test('is to fall back where the channel failed, in words that name no secret of the account', () => {
    const failed = outlook({ state: 'stopping', intent: 'unwanted', failure: { reason: 'quota', atMs: 5 } });
    expect(failed).toEqual({
      kind: 'fallback',
      words:
        'The MediaLive channel failed: the AWS account has reached its MediaLive quota for channels or inputs. ' +
        'Headwater encoders continue the broadcast. The channel is being removed.',
    });
  });

  test('is that it is over where it is, or where a newer broadcast has the stream', () => {
    expect(outlook({ intent: 'unwanted', state: 'live' }).kind).toBe('over');
    expect(outlook({}, two).kind).toBe('over');
    expect(outlook({ state: 'stopping', failure: { reason: 'superseded', atMs: 1 } }).kind).toBe('over');
    expect(channelWords({ ...wanted(), state: 'gone', intent: 'unwanted' }, 0)).toContain(
      'its MediaLive channel has been removed',
    );
  });
});

describe('whether a channel is still wanted', () => {
  const stream = { reconnectWindowMs: 60_000 } as StreamRecord;
  const lease: LeaseRecord = {
    streamId,
    workerId: 'w' as MemberId,
    epoch: 1,
    version: 4,
    broadcastId: one,
    released: false,
    endRequested: false,
  };
  const run = { broadcastId: one, askedAtMs: 0, leaseSeen: { version: 4, atMs: 0 } };
  const broadcast: BroadcastRecord | undefined = undefined;

  test('a lease that stands still for the reconnect window and some more says no', () => {
    expect(isStillWanted(run, { stream, broadcast, lease, nowMs: 90_000 })).toBe(true);
    expect(isStillWanted(run, { stream, broadcast, lease, nowMs: 97_000 })).toBe(false);
    expect(isStillWanted(run, { stream, broadcast, lease: { ...lease, version: 5 }, nowMs: 97_000 })).toBe(
      true,
    );
    expect(isStillWanted(run, { stream, broadcast, lease: undefined, nowMs: 97_000 })).toBe(false);
  });

  test('what is noted of the lease says when it was seen to change, and is not written at each look', () => {
    expect(leaseNote(run, lease, 50_000)).toBeUndefined();
    expect(leaseNote(run, { ...lease, version: 5 }, 10_000)).toBeUndefined();
    expect(leaseNote(run, { ...lease, version: 5 }, 50_000)).toEqual({ version: 5, atMs: 50_000 });
    expect(leaseNote({}, lease, 50_000)).toEqual({ version: 4, atMs: 50_000 });
  });
});

describe('the index of both pipelines', () => {
  const pipeline = [
    '#EXTM3U',
    '#EXT-X-VERSION:6',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,URI="index-audio-playlist.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=3000000,CODECS="avc1.64001f,mp4a.40.2",AUDIO="sound"',
    'index-720p-playlist.m3u8',
    '',
  ].join('\r\n');

  test('has the renditions of the first, then those of the second with sound of its own, and its epoch', () => {
    const key = 'eu/s/index.m3u8';
    const text = channelIndex(
      [
        { folder: 'b/managed/0/', text: pipeline },
        { folder: 'b/managed/1/', text: pipeline },
      ],
      key,
      7,
    );
    expect(text.split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,URI="b/managed/0/index-audio-playlist.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=3000000,CODECS="avc1.64001f,mp4a.40.2",AUDIO="sound"',
      'b/managed/0/index-720p-playlist.m3u8',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound-1",NAME="sound",DEFAULT=YES,URI="b/managed/1/index-audio-playlist.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=3000000,CODECS="avc1.64001f,mp4a.40.2",AUDIO="sound-1"',
      'b/managed/1/index-720p-playlist.m3u8',
      '# epoch 7',
      '',
    ]);
  });

  test('names what has to be there before players are sent to it', () => {
    expect(namedPlaylists(pipeline)).toEqual(['index-audio-playlist.m3u8', 'index-720p-playlist.m3u8']);
  });
});

describe('the plan', () => {
  const owner = { streamId, broadcastId: one, askedAtMs: 0 };
  const options = { region: 'eu', channelClass: 'STANDARD' } as const;

  test('has a destination for each pipeline, below the broadcast, where nobody else writes', () => {
    expect(planChannel(owner, options).destinations).toEqual([
      `eu/${streamId}/${one}/managed/0/index`,
      `eu/${streamId}/${one}/managed/1/index`,
    ]);
    expect(planChannel(owner, { ...options, channelClass: 'SINGLE_PIPELINE' }).destinations).toHaveLength(1);
  });

  test('never makes a picture bigger than it comes in', () => {
    const source = { width: 1280, height: 720, frameRate: 50 };
    const { ladder, frameRate } = planChannel({ ...owner, source }, options);
    expect(ladder.video.map(({ id }) => id)).toEqual(['720p', '480p', '360p']);
    expect(frameRate).toBe(50);
    expect(planChannel(owner, options).ladder.video[0]?.id).toBe('1080p');
  });

  test.each([
    ['index.m3u8', 'multivariant-playlist'],
    ['index-720p-playlist.m3u8', 'media-playlist'],
    ['index-audio-playlist.m3u8', 'media-playlist'],
    ['index-720p-playlist-20261122T202000_00001.mp4', 'init'],
    ['index-720p-playlist_init.mp4', 'init'],
  ])('makes files that the edge delivers: %s', (name, kind) => {
    expect(deliveryRuleFor(`eu/${streamId}/${one}/managed/0/${name}`)?.kind).toBe(kind);
  });
});
