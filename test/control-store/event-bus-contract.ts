import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BusEvent } from '../../lib/control-store/bus-events.ts';
import type { StreamEventBus } from '../../lib/control-store/ports.ts';

export interface OpenedBus {
  readonly bus: StreamEventBus;
  /** What reached the other side since the last call, in any order; waits until it is `count` or more. */
  received(count: number): Promise<{ source: string; detailType: string; detail: unknown }[]>;
  close(): Promise<void>;
}

const eventOf = (index: number, text = 'On air: “Ünïcode”, \n and 😀.'): BusEvent => ({
  source: 'headwater',
  detailType: index % 2 === 0 ? 'stream.live' : 'stream.ended',
  detail: {
    streamId: '0123456789abcdef',
    broadcastId: '0123456789abcdeg',
    sequence: index,
    atMs: 1_790_000_000_000 + index,
    text,
    data: { width: 1280, filled: true, reason: 'publisher-ended' },
  },
});

const bySequence = (a: { detail: unknown }, b: { detail: unknown }) =>
  (a.detail as { sequence: number }).sequence - (b.detail as { sequence: number }).sequence;

/** What every event bus does, whatever is behind it. */
export function describeEventBus(name: string, open: () => Promise<OpenedBus>): void {
  describe(`the event bus contract: ${name}`, () => {
    let opened: OpenedBus;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    test('an event arrives as it was published', async () => {
      await opened.bus.publish([eventOf(1)]);
      expect(await opened.received(1)).toEqual([eventOf(1)]);
    });

    test('many events at once arrive, each one once', async () => {
      const events = Array.from({ length: 23 }, (_, index) => eventOf(index));
      await opened.bus.publish(events);
      expect((await opened.received(events.length)).toSorted(bySequence)).toEqual(events);
    });

    test('events with long texts arrive too', async () => {
      const events = Array.from({ length: 6 }, (_, index) => eventOf(index, 'ü'.repeat(30_000)));
      await opened.bus.publish(events);
      expect((await opened.received(events.length)).toSorted(bySequence)).toEqual(events);
    });

    test('no event is nothing to publish', async () => {
      await opened.bus.publish([]);
      await opened.bus.publish([eventOf(5)]);
      expect(await opened.received(1)).toEqual([eventOf(5)]);
    });
  });
}
