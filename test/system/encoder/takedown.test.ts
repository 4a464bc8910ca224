import { expect, test } from '@jest/globals';
import { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { makeClip, RelayFeed } from '../../../testkit/media/relay-feed.ts';

test('a broadcast that is taken down ends as that, its publisher is told in words, and may not come again', async () => {
  await using harness = await EncoderHarness.start();
  const clip = await makeClip({ seconds: 7, size: '320x240' });
  const feed = await harness.publish('session');
  const { broadcastId } = await feed.frame('accepted');
  const sending = feed.send(clip);
  await feed.frame('published-through');
  const stream = (await harness.store.getStream(harness.streamId))!;
  await harness.store.updateStream({ ...stream, takenDown: { reason: 'Ours alone', atMs: 1 } });
  await harness.store.requestEnd(harness.streamId, broadcastId);
  await feed.frame('end');
  expect(feed.frames.filter(({ type }) => type === 'status' || type === 'end')).toEqual([
    {
      type: 'status',
      level: 'error',
      code: 'NetStream.Publish.Rejected',
      description: expect.stringContaining('was taken down'),
    },
    { type: 'end', reason: 'taken-down' },
  ]);
  expect(JSON.stringify(feed.frames)).not.toContain('Ours alone');
  feed.drop();
  await sending;
  await harness.recorded();
  expect(await harness.store.latestBroadcast(harness.streamId)).toMatchObject({
    id: broadcastId,
    state: 'ended',
    endReason: 'taken-down',
  });
  const again = new RelayFeed(harness.port, harness.streamId, 'again');
  expect(await again.frame('refused')).toMatchObject({ reason: 'taken-down' });
  expect(await harness.store.getLease(harness.streamId)).toMatchObject({ epoch: 1, released: true });
});
