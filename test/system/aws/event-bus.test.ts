import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createEventBridgeBus } from '../../../lib/adapters/aws/event-bridge-bus.ts';
import type { BusEvent } from '../../../lib/control-store/bus-events.ts';
import { EmulatedQueue } from '../../../testkit/aws/emulated-queue.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';
import { describeEventBus } from '../../control-store/event-bus-contract.ts';

let emulator: AwsEmulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

/** A bus of its own, whose rule for our source leads to a queue. */
describeEventBus('EventBridge', async () => {
  const name = `bus-${randomUUID()}`;
  const admin = new EventBridgeClient(emulator.client);
  const queue = await EmulatedQueue.create(emulator.endpoint, name);
  const at = { EventBusName: name, Rule: 'all' };
  await admin.send(new CreateEventBusCommand({ Name: name }));
  await admin.send(
    new PutRuleCommand({ EventBusName: name, Name: 'all', EventPattern: '{"source":["headwater"]}' }),
  );
  await admin.send(new PutTargetsCommand({ ...at, Targets: [{ Id: 'queue', Arn: queue.arn }] }));
  const bus = createEventBridgeBus({ busName: name, client: emulator.client });
  return {
    bus,
    async received(count) {
      const messages = await queue.receive(count);
      return messages.map((text) => {
        const { source, 'detail-type': detailType, detail } = JSON.parse(text);
        return { source, detailType, detail };
      });
    },
    async close() {
      await bus.close();
      admin.destroy();
    },
  };
});

interface Entry {
  readonly Detail: string;
  readonly Time: number;
}

describe('what EventBridge answers in trouble', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  /** A bus on a stand-in: `answer` has the error code of each entry, undefined where it is taken. */
  async function busOn(answer: (entries: number[], call: number) => (string | undefined)[] | number) {
    const calls: Entry[][] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: Entry[] };
      calls.push(Entries);
      const codes = answer(sequences(Entries), calls.length);
      const type = { 'content-type': 'application/x-amz-json-1.1' };
      if (typeof codes === 'number') response.writeHead(codes, type).end('{"__type":"Fault"}');
      else {
        const Answers = codes.map((ErrorCode) => (ErrorCode ? { ErrorCode } : { EventId: randomUUID() }));
        const FailedEntryCount = codes.filter(Boolean).length;
        response.writeHead(200, type).end(JSON.stringify({ FailedEntryCount, Entries: Answers }));
      }
    }).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const bus = createEventBridgeBus({ busName: 'bus', client: { ...emulator.client, endpoint } });
    ends.push(async () => {
      await bus.close();
      server.close();
      server.closeAllConnections();
    });
    return { bus, calls };
  }

  const sequences = (entries: Entry[]): number[] => entries.map(({ Detail }) => JSON.parse(Detail).sequence);
  const events = (count: number, textBytes = 10): BusEvent[] =>
    Array.from({ length: count }, (_, sequence) => ({
      source: 'headwater',
      detailType: 'stream.live',
      detail: {
        streamId: '0123456789abcdef',
        sequence,
        atMs: 1_790_000_000_000,
        text: 'x'.repeat(textBytes),
        data: {},
      },
    }));

  test('only the entries that failed are sent again', async () => {
    const { bus, calls } = await busOn((all, call) =>
      all.map((sequence) => (call === 1 && sequence % 2 === 1 ? 'ThrottlingException' : undefined)),
    );
    await bus.publish(events(5));
    expect(calls.map(sequences)).toEqual([
      [0, 1, 2, 3, 4],
      [1, 3],
    ]);
  });

  test('what is not taken in the end is named; the rest went', async () => {
    const { bus, calls } = await busOn((all) =>
      all.map((sequence) => (sequence === 2 ? 'InternalException' : undefined)),
    );
    await expect(bus.publish(events(4))).rejects.toMatchObject({
      code: 'EVENT_BUS_REFUSED',
      cause: 'InternalException',
      untaken: [events(4)[2]],
    });
    expect(calls.map(sequences)).toEqual([[0, 1, 2, 3], [2], [2]]);
  });

  test('an entry that is at fault itself is not tried again', async () => {
    const { bus, calls } = await busOn((all) =>
      all.map((sequence) => (sequence === 0 ? 'MalformedDetail' : undefined)),
    );
    await expect(bus.publish(events(2))).rejects.toMatchObject({ untaken: [events(1)[0]] });
    expect(calls).toHaveLength(1);
  });

  test('a call that is refused whole loses its own entries only', async () => {
    const { bus } = await busOn((all) => (all.includes(0) ? 400 : all.map(() => undefined)));
    await expect(bus.publish(events(12))).rejects.toMatchObject({
      untaken: events(12).slice(0, 10),
      cause: expect.objectContaining({ $metadata: expect.anything() }),
    });
  });

  test('no call has more than 10 entries or 256 KB, and the time is when it happened', async () => {
    const { bus, calls } = await busOn((all) => all.map(() => undefined));
    await bus.publish(events(21));
    expect(calls.map(({ length }) => length)).toEqual([10, 10, 1]);
    expect(calls[0]?.[0]?.Time).toBe(1_790_000_000);
    calls.length = 0;
    await bus.publish(events(7, 100_000));
    expect(calls.map(({ length }) => length)).toEqual([2, 2, 2, 1]);
  });
});
