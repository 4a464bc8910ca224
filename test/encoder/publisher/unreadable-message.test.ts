import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LinkFrameDecoder } from '../../../lib/protocol/relay/link-frames.ts';
import type { ProtocolError } from '../../../lib/protocol/rtmp/errors.ts';
import { Publisher } from '../../../lib/protocol/rtmp/publisher.ts';
import type { BroadcastId } from '../../../lib/routing/ids.ts';
import { openSession, plainHello } from '../../../testkit/harness/open-session.ts';

const name = Buffer.concat([Buffer.from([2, 0, 10]), Buffer.from('onMetaData')]);
const nested = (depth: number): Buffer =>
  Buffer.concat(Array.from({ length: depth }, () => Buffer.from([3, 0, 1, 0x61])));

const unreadable: [what: string, payload: Buffer][] = [
  ['cut off in a number', Buffer.concat([name, Buffer.from('0800000001000577696474680040', 'hex')])],
  [
    'with a string of 70,000 bytes',
    Buffer.concat([
      name,
      Buffer.from([3, 0, 1, 0x6c, 12, 0, 1, 0x11, 0x70]),
      Buffer.alloc(70_000, 120),
      Buffer.from([0, 0, 9]),
    ]),
  ],
  ['with an AVM+ value', Buffer.concat([name, Buffer.from([0x11, 0x0a, 0x0b, 0x01])])],
  ['nested 100 deep', Buffer.concat([name, nested(100)])],
  ['of an unknown type', Buffer.concat([name, Buffer.from([0xee])])],
];

test.each(unreadable)('data messages %s are skipped, and the media around them goes on', (_, payload) => {
  const aborted: string[] = [];
  const { session, data } = openSession(plainHello, { abort: () => void aborted.push('aborted') });
  const seen: string[] = [];
  session.accept(
    { broadcastId: 'b' as BroadcastId, epoch: 1 },
    {
      media: (type, timestampMs) => seen.push(`${type} ${timestampMs}`),
      metadata: () => seen.push('metadata'),
      tracksIgnored() {},
      skipped: (cause) => seen.push((cause as ProtocolError).code.slice(0, 4)),
      unusable: () => seen.push('unusable'),
      batchEnded() {},
      unpublished: () => seen.push('unpublished'),
      closed: () => seen.push('closed'),
    },
  );
  const writer = new Publisher({ app: 'live', streamName: 'k', tcUrl: 'rtmp://127.0.0.1/live' });
  const count = 20;
  data(writer.media('video', 0, Buffer.from([0x17, 1, 0, 0, 0, 1])));
  for (let at = 1; at <= count; at++) data(writer.media('data', at, payload));
  data(writer.media('video', 40, Buffer.from([0x27, 1, 0, 0, 0, 1])));
  expect(seen).toEqual(['video 0', ...Array<string>(count).fill('AMF_'), 'video 40']);
  expect(aborted).toEqual([]);
});

test('whatever throws, and however often, messages are skipped or the proxy is told to end the session', () => {
  const steps = ['media', 'metadata', 'skipped', 'batchEnded', 'unusable'] as const;
  fc.assert(
    fc.property(
      fc.subarray([...steps]),
      fc.nat(20),
      fc.integer({ min: 1, max: 40 }),
      (faulty, from, forCalls) => {
        const told: string[] = [];
        const decoder = new LinkFrameDecoder(({ type }) => told.push(type));
        const { session, data } = openSession(plainHello, {
          write: (bytes) => decoder.push(bytes),
          abort: () => void told.push('aborted'),
        });
        let calls = 0;
        const taken: number[] = [];
        const step = (name: (typeof steps)[number]): void => {
          calls++;
          if (faulty.includes(name) && calls > from && calls <= from + forCalls) throw new Error(name);
        };
        session.accept(
          { broadcastId: 'b' as BroadcastId, epoch: 1 },
          {
            media: (_, timestampMs) => {
              step('media');
              taken.push(timestampMs);
            },
            metadata: () => step('metadata'),
            tracksIgnored() {},
            skipped: () => step('skipped'),
            batchEnded: () => step('batchEnded'),
            unusable: () => {
              step('unusable');
              session.end('unusable');
            },
            unpublished() {},
            closed() {},
          },
        );
        const writer = new Publisher({ app: 'live', streamName: 'k', tcUrl: 'rtmp://127.0.0.1/live' });
        for (let picture = 0; picture < 60; picture++)
          data(writer.media('video', picture * 40, Buffer.from([0x27, 1, 0, 0, 0, 1])));
        expect(told).not.toContain('aborted');
        expect(taken.at(-1) === 59 * 40 || told.includes('end')).toBe(true);
      },
    ),
    { numRuns: 300, seed: 20_261_127 },
  );
});
