import { describe, expect, test } from '@jest/globals';
import { TagHistory } from '../../../../lib/encoder/encoding/policy/tag-history.ts';

function historyOf(...tags: readonly (readonly ['video' | 'audio', number])[]): TagHistory {
  const history = new TagHistory();
  for (const [type, streamMs] of tags)
    history.push({ type, streamMs, payload: Buffer.alloc(1), keyframe: false });
  return history;
}

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
