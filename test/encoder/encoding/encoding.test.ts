import { beforeEach, expect, test } from '@jest/globals';
import { defaultLadder } from '../../../lib/config/ladder.ts';
import { Encoding } from '../../../lib/encoder/encoding/encoding.ts';
import { ReturnTurn } from '../../../lib/encoder/encoding/policy/ladder/rung-return.ts';
import { decideFormat, type InputFormat } from '../../../lib/encoder/policy/input-format.ts';
import type { EncoderProcessHandler } from '../../../lib/encoder/ports.ts';
import { newStreamId } from '../../../lib/routing/ids.ts';
import { sequenceHeader } from '../../../testkit/media/sequence-header.ts';

const audioHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);
const formatOf = (width: number, height: number): InputFormat =>
  decideFormat({ videoHeader: sequenceHeader({ width, height }), audioHeader, measuredFrameRate: 30 });
const [small, large] = [formatOf(640, 368), formatOf(1280, 720)];

/** ffmpegs that run until they are told to exit. */
let running: { readonly exit: () => void; readonly inputEnded: boolean }[];
let started: number;
let encoding: Encoding;
let nowMs: number;

beforeEach(() => {
  running = [];
  started = 0;
  nowMs = 0;
  const ignored = () => {};
  encoding = new Encoding(
    {
      startEncoder: (_args, _outputs, handler) => start(handler),
      ffmpeg: { release: { major: 7, minor: 0 }, year: 2024 },
      ladder: defaultLadder,
      clock: { nowMs: () => nowMs, wallMs: () => nowMs },
      streamId: newStreamId(),
      returnTurn: new ReturnTurn(),
    },
    {
      part: ignored,
      group: ignored,
      captions: ignored,
      started: ignored,
      shed: ignored,
      restored: ignored,
      sizeRefused: ignored,
      crashed: ignored,
      stuck: ignored,
      failed: ignored,
      faulted: (cause) => {
        throw cause;
      },
    },
  );
});

function start(handler: EncoderProcessHandler) {
  started++;
  const process = {
    pid: undefined,
    backlogBytes: 0,
    inputEnded: false,
    write() {},
    endInput() {
      process.inputEnded = true;
    },
    kill: () => process.exit(),
    exit() {
      running = running.filter((other) => other !== process);
      for (let index = 0; index < 4; index++) handler.outputEnded(index);
      handler.exited({ code: 0, signal: null, said: '' });
    },
  };
  running.push(process);
  return process;
}

function keyframe(format: InputFormat, streamMs: number): void {
  nowMs = streamMs;
  encoding.format(format);
  const payload = Buffer.from([0x17, 1, 0, 0, 0, 0, 0, 0, 1, 5]);
  encoding.feed({ type: 'video', streamMs, payload, keyframe: true, videoHeader: format.picture!.header });
}

test('however often the format changes, two ffmpegs at most run, and the last one makes the last format', () => {
  for (let at = 0; at < 25; at++) {
    keyframe(at % 2 === 0 ? small : large, at * 1000);
    expect(running.length).toBeLessThanOrEqual(2);
  }
  expect(started).toBe(2);
  // The pictures that come meanwhile go to the second one; when the first one is done, another takes its place.
  running[0]!.exit();
  keyframe(small, 26_000);
  expect(started).toBe(3);
  expect(running.map(({ inputEnded }) => inputEnded)).toEqual([true, false]);
});

test('a format that changes there and back before a key frame starts nothing', () => {
  keyframe(small, 0);
  encoding.format(large);
  keyframe(small, 1000);
  expect(started).toBe(1);
});
