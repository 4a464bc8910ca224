import { describe, expect, test } from '@jest/globals';
import { TagHistory } from '../../../../../lib/encoder/encoding/policy/feed/tag-history.ts';
import { repeatTag, type StreamTag } from '../../../../../lib/encoder/policy/stream-tag.ts';

function historyOf(...tags: readonly (readonly ['video' | 'audio', number])[]): TagHistory {
  const history = new TagHistory();
  for (const [type, streamMs] of tags)
    history.push({ type, streamMs, payload: Buffer.alloc(1), keyframe: false });
  return history;
}

describe('what another ffmpeg is started with', () => {
  const sound = (streamMs: number): StreamTag => ({
    type: 'audio',
    streamMs,
    payload: Buffer.alloc(100),
    keyframe: true,
  });

  test('of sound alone is the sound from shortly before its segment on', () => {
    const history = new TagHistory();
    for (let ms = 0; ms <= 3000; ms += 20) history.push(sound(ms));
    expect(
      history
        .from(2000)
        .map(({ streamMs }) => streamMs)
        .at(0),
    ).toBe(1800);
    expect(history.soundFor(2000).at(0)?.streamMs).toBe(1800);
  });

  test('does not grow while pictures are away for an hour and the sound goes on', () => {
    const history = new TagHistory();
    history.push({ type: 'video', streamMs: 0, payload: Buffer.alloc(50_000), keyframe: true });
    let most = 0;
    for (let ms = 20; ms < 3_600_000; ms += 20) {
      history.push({ ...sound(ms), keyframe: false });
      if (ms % 100 === 0) history.push({ ...repeatTag(ms), payload: Buffer.alloc(30) });
      if (ms % 2000 !== 0) continue;
      history.forgetBefore(ms - 4000);
      most = Math.max(most, history.from(ms).length);
    }
    expect(most).toBeLessThan(400);
  });
});

describe('the media that both tracks have', () => {
  test('ends where the slower track ends, so that no segment is cut short', () => {
    expect(historyOf(['video', 5967], ['audio', 6011]).completeMs).toBe(5967);
    expect(historyOf(['audio', 5990], ['video', 6000]).completeMs).toBe(5990);
  });

  test('does not wait for a track that has stopped or never existed', () => {
    expect(historyOf(['video', 6000]).completeMs).toBe(6000);
    expect(historyOf(['audio', 3000], ['video', 6000]).completeMs).toBe(6000);
  });
});

describe('The tag history', () => {
  test('begins at the last key frame before a time, and drops what is no longer needed', () => {
    const history = new TagHistory();
    const payload = Buffer.alloc(10);
    for (let at = 0; at < 10_000; at += 100) {
      history.push({ type: 'video', streamMs: at, payload, keyframe: at % 1000 === 0 });
    }
    expect(history.from(4550)[0]?.streamMs).toBe(4000);
    history.forgetBefore(6200);
    expect(history.from(4550)[0]?.streamMs).toBe(6000);
    expect(history.from(0).length).toBe(40);
  });

  test('keeps of a picture that stands for an hour what it takes to decode it, and no more', () => {
    const history = new TagHistory();
    const picture = { type: 'video', payload: Buffer.alloc(10), keyframe: false } as const;
    for (let at = 0; at < 2000; at += 100) history.push({ ...picture, streamMs: at, keyframe: at === 0 });
    for (let at = 2000; at < 3_600_000; at += 100) {
      history.push({ ...picture, streamMs: at, filler: true });
      history.push({ type: 'audio', payload: Buffer.alloc(10), keyframe: false, streamMs: at });
      if (at % 2000 === 0) history.forgetBefore(at - 4000);
    }
    const kept = history.from(3_590_000);
    expect(kept.length).toBeLessThan(200);
    expect(kept.slice(0, 20).map(({ streamMs }) => streamMs)).toEqual(
      Array.from({ length: 20 }, (_, index) => index * 100),
    );
  });
});
