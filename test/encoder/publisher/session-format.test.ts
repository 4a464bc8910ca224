import { expect, test } from '@jest/globals';
import type { StreamTag } from '../../../lib/encoder/policy/stream-tag.ts';
import { Intake } from '../../../lib/encoder/publisher/intake.ts';

/** x264's sequence header of 32×32 pictures, and the beginning of a key frame; AAC at 48 kHz stereo, and at 44.1 kHz mono. */
const videoHeader = Buffer.from(
  '17000000000164000affe100176764000aacd325b011000003000100000300320f12253801000468ef8fcbfdf8f800',
  'hex',
);
const picture = Buffer.from('170100000000000014658884006ffffa7f5fe3ffefefb813b6c9753781', 'hex');
const sound = Buffer.from([0xaf, 1, 0x21]);
const [stereo, mono] = [Buffer.from([0xaf, 0, 0x11, 0x90]), Buffer.from([0xaf, 0, 0x12, 0x08])];

test('a session with another format begins at the clock: filler leaves the time in which it is probed to it', () => {
  const tags: StreamTag[] = [];
  const intake = new Intake({
    format() {},
    tag: (tag) => tags.push(tag),
    slateWanted() {},
    unusable: ({ reason }) => {
      throw new Error(reason);
    },
  });
  const send = (audioHeader: Buffer, fromMs: number, untilMs: number): void => {
    const push = (type: 'video' | 'audio', payload: Buffer, nowMs: number) =>
      intake.push({ type, payload, nowMs, timestampMs: nowMs - fromMs, sessionMs: nowMs - fromMs });
    push('video', videoHeader, fromMs);
    push('audio', audioHeader, fromMs);
    // Few enough pictures for the probe to take a second.
    for (let ms = fromMs; ms < untilMs; ms += 20) {
      if (ms % 200 === 0) push('video', picture, ms);
      push('audio', sound, ms);
      if (ms % 100 === 0) intake.tick(ms, true);
    }
  };
  send(stereo, 0, 4000);
  for (let ms = 4000; ms < 9000; ms += 100) intake.tick(ms, false);
  intake.beginSession();
  send(mono, 9000, 12_000);
  const shown = tags.filter(({ filler, hidden, streamMs }) => !filler && !hidden && streamMs > 8000);
  expect(shown.length).toBeGreaterThan(160);
  expect(shown[0]!.streamMs).toBeLessThan(9100);
  expect(Math.max(...tags.map(({ streamMs }) => streamMs))).toBeLessThan(12_100);
});
