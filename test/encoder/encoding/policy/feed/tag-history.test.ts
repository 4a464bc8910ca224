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
