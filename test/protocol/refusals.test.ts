import { describe, expect, test } from '@jest/globals';
import { streamEvent } from '../../lib/control-store/stream-events.ts';
import {
  isJournaled,
  isWorkerRefusal,
  type RefusalReason,
  refusalStatus,
  refusals,
  workerRefusalReasons,
} from '../../lib/protocol/refusals.ts';
import { encodeLinkFrame, type LinkFrame, LinkFrameDecoder } from '../../lib/protocol/relay/link-frames.ts';
import { newStreamId } from '../../lib/routing/ids.ts';

const reasons = Object.keys(refusals) as RefusalReason[];
const detail = 'encoder-1: something that is wrong';

describe('a reason to refuse a publisher', () => {
  test.each(reasons)('%s has a code for the log and tells the broadcaster in ASCII', (reason) => {
    expect(refusals[reason].code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    const { level, description } = refusalStatus({ reason, detail });
    expect(level).toBe('error');
    expect(description).toMatch(/^[A-Z][\x20-\x7e]+\.$/);
    expect(description.length).toBeLessThan(120);
  });

  const shown: readonly RefusalReason[] = ['unsupported-codec', 'no-starting-point', 'picture-too-large'];
  test.each(reasons.filter((reason) => !shown.includes(reason)))(
    '%s keeps what a worker said from the broadcaster',
    (reason) => {
      expect(refusalStatus({ reason, detail })).toEqual(refusalStatus({ reason }));
    },
  );

  test('is shown with its detail where that is about what the broadcaster sends', () => {
    expect(refusalStatus({ reason: 'unsupported-codec', detail: 'VP6 video' })).toEqual({
      level: 'error',
      code: 'NetStream.Publish.Rejected',
      description: 'Unsupported codec: VP6 video. Send H.264 video and AAC sound.',
    });
  });

  test.each(reasons)('%s is in the journal, with who and why, unless no stream is known', (reason) => {
    const refusal = { reason };
    const isUnknown = ['missing-key', 'unknown-stream'].includes(reason);
    expect(isJournaled(refusal)).toBe(!isUnknown);
    if (!isJournaled(refusal)) return;
    const data = { ...refusal, detail, client: '192.0.2.7' };
    const { text } = streamEvent('publish.refused', data, { streamId: newStreamId(), atMs: 1 });
    expect(text).toMatch(
      /^A broadcaster from 192\.0\.2\.7 was turned away: [a-z].* \(encoder-1: .*\)\. Viewers/,
    );
    expect(text).not.toMatch(/undefined|\.\./);
  });

  test.each(workerRefusalReasons)('%s comes through the relay link', (reason) => {
    const frame: LinkFrame = { type: 'refused', reason, description: detail };
    const frames: LinkFrame[] = [];
    new LinkFrameDecoder((each) => frames.push(each)).push(encodeLinkFrame(frame));
    expect(frames).toEqual([frame]);
  });
});

describe('the table of refusals', () => {
  const those = (holds: (reason: RefusalReason) => boolean) => reasons.filter(holds);

  // What encoders and operators know these by. OBS reconnects for ever unless a wrong key is `Unauthorized`.
  test.each([
    ['NetStream.Publish.Unauthorized', ['malformed-key', 'unknown-stream', 'wrong-key', 'expired-key']],
    ['NetStream.Publish.BadName', ['missing-key', 'busy', 'closing']],
    [
      'NetStream.Publish.Rejected',
      [
        'taken-down',
        'budget-reached',
        'unsupported-codec',
        'no-starting-point',
        'picture-too-large',
        'unsteady-format',
        'unreadable-media',
      ],
    ],
    [
      'NetStream.Publish.Failed',
      ['key-unchecked', 'full', 'draining', 'held-elsewhere', 'unavailable', 'encoder-failed'],
    ],
  ])('sends %s for %j', (status, expected) => {
    expect(those((reason) => refusals[reason].status === status)).toEqual(expected);
  });

  test('blames the platform only for what the broadcaster cannot help', () => {
    expect(those((reason) => refusals[reason].fault === 'platform')).toEqual([
      'key-unchecked',
      'full',
      'draining',
      'held-elsewhere',
      'unavailable',
      'encoder-failed',
    ]);
  });

  test('says of which workers may answer so, and whether others are asked then', () => {
    expect(those(isWorkerRefusal)).toEqual(workerRefusalReasons);
    const final = workerRefusalReasons.filter((reason) => refusals[reason].worker === 'final');
    expect(final).toEqual(['unknown-stream', 'taken-down', 'budget-reached', 'busy', 'closing']);
    expect(workerRefusalReasons.filter((reason) => !final.includes(reason))).toEqual([
      'full',
      'draining',
      'held-elsewhere',
      'unavailable',
    ]);
  });

  test('tells nobody whether a stream exists', () => {
    const answers = (['malformed-key', 'unknown-stream', 'wrong-key'] as const).map((reason) =>
      refusalStatus({ reason }),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});
