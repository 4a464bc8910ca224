import { expect, test } from '@jest/globals';
import { busEvent, busEventTypes } from '../../lib/control-store/bus-events.ts';
import { streamEvent, streamEventTypes } from '../../lib/control-store/stream-events.ts';
import { newBroadcastId, newStreamId } from '../../lib/routing/ids.ts';

const about = { streamId: newStreamId(), broadcastId: newBroadcastId(1), atMs: 1_790_000_000_000 };

test('an event for other systems has the source, the type, and all of the line in its detail', () => {
  const record = streamEvent('stream.ended', { reason: 'ended-by-api', durationMs: 5_000 }, about);
  expect(busEvent({ ...record, sequence: 7 })).toEqual({
    source: 'headwater',
    detailType: 'stream.ended',
    detail: {
      ...about,
      sequence: 7,
      text: record.text,
      data: { reason: 'ended-by-api', durationMs: 5_000 },
    },
  });
  expect(busEvent(record)?.detail).not.toHaveProperty('sequence');
});

test('only what other systems act on goes out', () => {
  const line = { ...about, text: 'words', data: {} };
  const sent = streamEventTypes.filter((type) => busEvent({ ...line, type }) !== undefined);
  expect(sent.toSorted()).toEqual([...busEventTypes].toSorted());
  for (const type of ['stream.live', 'stream.reconnecting', 'stream.ended', 'recording.ready']) {
    expect(sent).toContain(type);
  }
  // Who was turned away, and which key was made, is nobody else's business.
  for (const type of ['publish.refused', 'key.rotated']) expect(sent).not.toContain(type);
  for (const type of ['constructor', '__proto__', 'stream.unknown']) {
    expect(busEvent({ ...line, type })).toBeUndefined();
  }
});
