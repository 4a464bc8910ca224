import { afterEach, describe, expect, test } from '@jest/globals';
import { CommandClient } from '../../../testkit/harness/command-client.ts';
import { type FakeLink, FakeWorker } from '../../../testkit/harness/fake-worker.ts';
import {
  type HarnessOptions,
  type IngestHarness,
  startIngest,
} from '../../../testkit/harness/ingest-harness.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function ingest(options: HarnessOptions = {}): Promise<{
  harness: IngestHarness;
  encoder: FakeWorker;
  client: CommandClient;
}> {
  const encoder = await FakeWorker.start('encoder-1');
  cleanups.push(() => encoder.die());
  const harness = await startIngest({ workers: [encoder.record()], ...options });
  cleanups.push(() => harness.close());
  const client = new CommandClient(harness.rtmpPort);
  cleanups.push(() => client.socket.destroy());
  await client.connect();
  return { harness, encoder, client };
}

/** A key frame that carries its number. */
function picture(client: CommandClient, number: number): Buffer {
  const payload = Buffer.from([0x17, 1, 0, 0, 0, number]);
  return client.write({ chunkStreamId: 6, timestampMs: number * 40, typeId: 9, messageStreamId: 1, payload });
}

const numbers = (link: FakeLink): (number | undefined)[] => link.media.map(({ payload }) => payload[5]);
const endings: readonly (readonly string[])[] = [
  ['deleteStream'],
  ['FCUnpublish', 'deleteStream'],
  ['closeStream'],
  ['FCUnpublish', 'closeStream', 'deleteStream', 'releaseStream', 'FCPublish'],
];

describe('a publisher that ends its stream and publishes again on the same connection', () => {
  test.each(endings.flatMap((commands) => [false, true].map((other) => ({ commands, other }))))(
    'is on the air again after $commands (with another key: $other)',
    async ({ commands, other }) => {
      const { harness, encoder, client } = await ingest();
      const first = await harness.addStream();
      const second = other ? await harness.addStream() : first;
      expect(await client.publish(first.key)).toMatchObject({ code: 'NetStream.Publish.Start' });
      client.socket.write(picture(client, 1));
      // All in one write: the end, and what follows it.
      client.socket.write(
        Buffer.concat([
          picture(client, 2),
          ...commands.map((name) => client.command(name, 0, null, 1)),
          client.command('createStream', 6, null),
          client.command('publish', 7, null, second.key, 'live'),
        ]),
      );
      const codes = () => client.statuses.slice(1).map(({ code }) => code);
      await client.until(() => codes().length === 3);
      expect(codes()).toEqual([
        'NetStream.Publish.Start',
        'NetStream.Unpublish.Success',
        'NetStream.Publish.Start',
      ]);
      client.socket.write(picture(client, 3));
      const links = [await encoder.link(0), await encoder.link(1)] as const;
      await links[0].until(() => links[0].ended);
      await links[1].until(() => links[1].media.length > 0);
      expect(links.map(numbers)).toEqual([[1, 2], [3]]);
      expect(links.map(({ hello }) => hello?.streamId)).toEqual([first.streamId, second.streamId]);
      expect(links[1].hello?.sessionId).not.toBe(links[0].hello?.sessionId);
      expect(links[1].hello).toMatchObject({ firstFrame: 0 });
      expect(harness.log.of('ingest.publish.ended')).toMatchObject([{ code: 'UNPUBLISHED' }]);
      client.socket.end(client.command('deleteStream', 0, null, 1));
      await client.until(() => client.closed);
      expect(harness.log.of('ingest.publish.ended')).toHaveLength(2);
      expect(harness.log.of('ingest.session.closed')).toEqual([]);
    },
  );

  test('may send the last media of the old stream late, and is refused in words like any other', async () => {
    const { harness, client } = await ingest();
    const { key } = await harness.addStream();
    await client.publish(key);
    client.socket.write(Buffer.concat([client.command('deleteStream', 0, null, 1), picture(client, 1)]));
    await client.until(() => client.statuses.length === 3);
    client.socket.write(Buffer.concat(Array.from({ length: 100 }, (_, index) => picture(client, index))));
    expect(await client.publish(`${key}0`)).toMatchObject({ code: 'NetStream.Publish.Unauthorized' });
    expect(harness.log.of('ingest.publish.refused')).toMatchObject([{ code: 'KEY_MALFORMED' }]);
    await client.until(() => client.closed);
  });

  test('is closed if it stays without publishing', async () => {
    const { harness, client } = await ingest({ limits: { idleMs: 300 } });
    await client.publish((await harness.addStream()).key);
    client.socket.write(client.command('deleteStream', 0, null, 1));
    await client.until(() => client.closed);
    expect(client.statuses.at(-1)).toMatchObject({ code: 'NetStream.Unpublish.Success' });
    expect(harness.log.of('ingest.session.closed')).toEqual([]);
  });

  test('can delete a stream that it never published, too', async () => {
    const { harness, client } = await ingest();
    client.socket.write(
      Buffer.concat([client.command('createStream', 2, null), client.command('deleteStream', 3, null, 1)]),
    );
    const answer = await client.publish((await harness.addStream()).key);
    expect(answer).toMatchObject({ code: 'NetStream.Publish.Start' });
  });
});
