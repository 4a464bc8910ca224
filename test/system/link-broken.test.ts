import { expect, test } from '@jest/globals';
import { FaultProxy } from '../../drill/faults/fault-proxy.ts';
import type { IngestStore } from '../../lib/ingest/ports.ts';
import { broadcastPrefix } from '../../lib/object-store/object-names.ts';
import { EncoderHarness } from '../../testkit/harness/encoder-harness.ts';
import { startIngest } from '../../testkit/harness/ingest-harness.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { Recording } from '../../testkit/media/recording.ts';
import { expectWhole } from './encoder/expect-whole.ts';

const seconds = 8;

test('a link that breaks between a proxy and a worker that both live costs no frame, and repeats none', async () => {
  await using encoder = await EncoderHarness.start();
  await using network = await FaultProxy.to({ host: '127.0.0.1', port: encoder.port });
  const behindNetwork = (own: IngestStore): IngestStore => ({
    ...encoder.store,
    getStream: (id) => own.getStream(id),
    listFleet: async (role) =>
      (await encoder.store.listFleet(role)).map((member) => ({ ...member, port: network.port })),
  });
  const ingest = await startIngest({ store: behindNetwork });
  try {
    const { streamId, key } = await ingest.addStream();
    const stream = (await ingest.store.getStream(streamId))!;
    await encoder.store.createStream({ ...stream, reconnectWindowMs: 30_000 });
    const publisher = new Publisher({
      url: `rtmp://127.0.0.1:${ingest.rtmpPort}/live/${key}`,
      seconds,
      size: '320x240',
    });
    // Something is published, so that there is something to repeat.
    await encoder.state('live');
    for (const count of [1, 2]) {
      network.cut();
      await ingest.log.until(() => ingest.log.of('ingest.worker.changed').length === count);
    }
    await publisher.ended();
    await encoder.event('encoder.broadcast.ended');
    const { id } = (await encoder.store.latestBroadcast(streamId))!;
    const recording = new Recording(encoder.objects, broadcastPrefix('local', streamId, id));
    await expectWhole(recording, seconds / 2);
    expect(await recording.packets('240p')).toHaveLength(seconds * 30);
    const journal = await encoder.store.listEvents(streamId, { limit: 100 });
    // It may be back before the worker has noticed; then there is nothing to tell.
    const told = Object.fromEntries(journal.map(({ type, data }) => [type, data]));
    const moved = { cause: 'link-broken', lostMs: 0, replayedMs: 0 };
    if (told['stream.reconnecting']) expect(told['publisher.rehomed']).toMatchObject(moved);
    else expect(told).not.toHaveProperty('publisher.rehomed');
    expect(told).not.toHaveProperty('stream.resumed');
  } finally {
    await ingest.close();
  }
});
