import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitAggregate } from '../../../lib/protocol/rtmp/aggregate.ts';
import type { RtmpMessage } from '../../../lib/protocol/rtmp/chunk-reader.ts';
import { aggregateOf } from '../../../testkit/media/rtmp-dialects.ts';

const tag = (typeId: number, timestampMs: number, hex = 'af01') => ({
  typeId,
  timestampMs,
  payload: Buffer.from(hex, 'hex'),
});

function split(aggregate: RtmpMessage): { messages: RtmpMessage[]; words: string | undefined } {
  const messages: RtmpMessage[] = [];
  const fault = splitAggregate(aggregate, (message) => messages.push(message));
  if (fault) expect(fault.code).toBe('AGGREGATE_MALFORMED');
  return { messages, words: fault?.message };
}

const brief = ({ typeId, timestampMs, payload }: RtmpMessage) =>
  `${typeId} ${timestampMs} ${payload.toString('hex')}`;

describe('an aggregate message', () => {
  const four = [tag(18, 40, '02'), tag(9, 40, '1701'), tag(8, 63), tag(15, 70, '00')];

  test.each<[string, RtmpMessage, string[]]>([
    ['is its messages', aggregateOf(four), ['18 40 02', '9 40 1701', '8 63 af01', '15 70 00']],
    [
      'moves them to its own time',
      aggregateOf([tag(8, 5), tag(9, 2), tag(8, 28)], 100),
      ['8 100 af01', '9 97 af01', '8 123 af01'],
    ],
    [
      'keeps the upper byte of their time',
      aggregateOf([tag(8, 0x01020304), tag(8, 0xfffffffe)]),
      ['8 16909060 af01', '8 4294967294 af01'],
    ],
    [
      'wraps their time as messages do',
      aggregateOf([tag(8, 0xfffffff0), tag(8, 4)]),
      ['8 4294967280 af01', '8 4 af01'],
    ],
    [
      'counts from 0 where they do',
      aggregateOf([tag(8, 0), tag(8, 23)], 1000),
      ['8 1000 af01', '8 1023 af01'],
    ],
    ['may contain empty ones', aggregateOf([tag(8, 0, ''), tag(9, 1)]), ['8 0 ', '9 1 af01']],
    ['may be empty', aggregateOf([]), []],
  ])('%s', (_name, aggregate, expected) => {
    const { messages, words } = split(aggregate);
    expect(messages.map(brief)).toEqual(expected);
    expect(words).toBeUndefined();
  });

  test('has one message stream for all', () => {
    const { messages } = split({ ...aggregateOf(four), messageStreamId: 5 });
    expect(messages.map(({ messageStreamId }) => messageStreamId)).toEqual([5, 5, 5, 5]);
  });

  test('may lack the last back pointer, and none is trusted', () => {
    const aggregate = aggregateOf([tag(8, 0), tag(8, 23)]);
    const payload = aggregate.payload.subarray(0, -4);
    payload.writeUInt32BE(99, 13);
    expect(split({ ...aggregate, payload })).toMatchObject({ messages: { length: 2 }, words: undefined });
  });

  test.each([
    ['a message cut off', aggregateOf(four).payload.subarray(0, -6), 3, /cut off 10 bytes/],
    ['a header cut off', aggregateOf(four).payload.subarray(0, 25), 1, /cut off 9 bytes/],
    ['a length beyond its end', Buffer.from('08ffffff00000000000000af01', 'hex'), 0, /cut off/],
    ['a command', aggregateOf([tag(8, 0), tag(20, 5), tag(8, 9)]).payload, 2, /of type 20/],
    ['an aggregate', aggregateOf([tag(22, 0), tag(8, 9)]).payload, 1, /of type 22/],
  ])('with %s keeps the rest, and says what is wrong', (_name, payload, kept, expected) => {
    const { messages, words } = split({ ...aggregateOf([]), payload });
    expect(messages).toHaveLength(kept);
    expect(words).toMatch(expected);
  });

  test('never throws, and passes on no byte twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { messages } = split({ ...aggregateOf([]), payload: Buffer.from(bytes) });
        const passed = messages.reduce((sum, { payload }) => sum + payload.length + 11, 0);
        expect(passed).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
