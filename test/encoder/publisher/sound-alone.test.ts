import { describe, expect, test } from '@jest/globals';
import type { InputFormat } from '../../../lib/encoder/policy/input-format.ts';
import { isRepeat, type StreamTag } from '../../../lib/encoder/policy/stream-tag.ts';
import { Intake } from '../../../lib/encoder/publisher/intake.ts';
import type { ShownTracks } from '../../../lib/encoder/publisher/policy/probe/picture-wait.ts';

/** x264's sequence header for 1280×720. */
const videoHeader = Buffer.from(
  '17000000000164101fffe100166764101facb80a00b76022000003000200000300280801000568ee06f2c0fdf8f800',
  'hex',
);
const audioHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);
const sound = Buffer.from([0xaf, 1, 0x21]);
const keyframe = Buffer.from([0x17, 1, 0, 0, 0, 0, 0, 0, 1, 5]);
const inter = Buffer.from([0x27, 1, 0, 0, 0, 0, 0, 0, 1, 5]);
const frameMs = 1024 / 48;

interface Seen extends StreamTag {
  /** The publisher's time; undefined for filler. */
  readonly ms: number | undefined;
}

/** An intake whose clock, as in a broadcast, stands until media flows. */
function start(shown?: ShownTracks) {
  const tags: Seen[] = [];
  const formats: InputFormat[] = [];
  const slates: Buffer[] = [];
  const intake = new Intake(
    {
      format: (format) => formats.push(format),
      tag: (tag, ms) => tags.push({ ...tag, ms }),
      slateWanted: (header) => slates.push(header),
      unusable: ({ reason }) => {
        throw new Error(reason);
      },
    },
    0,
    shown,
  );
  let startedAtMs: number | undefined;
  let wallMs = 0;
  let frame = 0;
  const nowMs = (): number => (startedAtMs === undefined ? 0 : wallMs - startedAtMs);
  const push = (type: 'video' | 'audio', ms: number, payload: Buffer): void => {
    intake.push({ type, timestampMs: ms, payload, nowMs: nowMs(), sessionMs: ms });
    if (intake.begun) startedAtMs ??= wallMs - Math.max(0, intake.timeline.endMs);
  };
  /** Sends both tracks from here on until `untilMs`; pictures only where `pictures` says. */
  const send = (untilMs: number, pictures: (ms: number) => Buffer | undefined = () => undefined): void => {
    for (; wallMs < untilMs; wallMs += 20) {
      for (; frame * frameMs <= wallMs; frame++) push('audio', Math.round(frame * frameMs), sound);
      const picture = pictures(wallMs);
      if (picture) push('video', wallMs, picture);
      if (wallMs % 100 === 0 && startedAtMs !== undefined) intake.tick(nowMs(), true);
    }
  };
  push('audio', 0, audioHeader);
  return { intake, tags, formats, slates, push, send };
}

const real = (tags: readonly Seen[]): Seen[] => tags.filter(({ ms }) => ms !== undefined);

describe('sound alone', () => {
  test('goes on the air after a moment, from its first frame on, and can be begun at any', () => {
    const { send, tags, formats, slates } = start();
    send(1900);
    expect(tags).toEqual([]);
    send(8000);
    expect(formats).toHaveLength(1);
    expect(formats[0]).not.toHaveProperty('picture');
    expect(tags[0]).toMatchObject({ type: 'audio', streamMs: 0, keyframe: true });
    // In step with the publisher's clock, without filler and pictures.
    expect(tags.every(({ type, ms, streamMs }) => type === 'audio' && ms === streamMs)).toBe(true);
    expect(tags.at(-1)!.ms).toBeGreaterThan(7950);
    expect(slates).toEqual([]);
  });

  test('waits longer for pictures that were announced, and begins with them', () => {
    const { intake, send, tags, formats, push } = start();
    intake.announce('pictures');
    send(3000);
    push('video', 3000, videoHeader);
    send(5000, (ms) => (ms === 3000 ? keyframe : ms % 40 === 0 ? inter : undefined));
    expect(formats[0]?.picture).toBeDefined();
    expect(tags[0]).toMatchObject({ type: 'video', streamMs: 0, ms: 3000, keyframe: true });
    expect(real(tags).every(({ ms, streamMs }) => ms === streamMs + 3000)).toBe(true);
  });

  test('goes on at once in a session that continues it, on this worker or another', () => {
    const { intake, push, tags } = start('sound-alone');
    push('audio', 0, sound);
    expect(tags).toHaveLength(1);
    intake.beginSession();
    push('audio', 900_000, audioHeader);
    push('audio', 900_000, sound);
    expect(tags).toHaveLength(2);
  });

  test('fills its pauses with silence', () => {
    const { intake, send, tags } = start();
    send(4000);
    const lastMs = tags.at(-1)!.streamMs;
    intake.tick(lastMs + 6000, false);
    expect(intake.shown).toBe('silence');
    expect(tags.at(-1)).toMatchObject({ type: 'audio', filler: true });
    expect(tags.at(-1)!.streamMs).toBeGreaterThan(lastMs + 5000);
  });

  test('is joined by pictures that come later, in step with it, and is not held up by them', () => {
    const { send, push, tags, formats } = start();
    send(6010);
    push('video', 6010, videoHeader);
    send(9000, (ms) => (ms === 6020 ? keyframe : ms % 40 === 20 ? inter : undefined));
    expect(formats).toHaveLength(2);
    expect(formats[1]?.picture?.input).toMatchObject({ width: 1280, height: 720 });
    const heard = tags.filter(({ type }) => type === 'audio');
    expect(heard.every(({ ms, streamMs }) => ms === streamMs)).toBe(true);
    expect(
      Math.max(...heard.slice(1).map(({ streamMs }, at) => streamMs - heard[at]!.streamMs)),
    ).toBeLessThan(23);
    const shown = tags.filter(({ type, ms }) => type === 'video' && ms !== undefined);
    expect(shown[0]).toMatchObject({ streamMs: 6020, keyframe: true });
    expect(shown.every(({ ms, streamMs }) => ms === streamMs)).toBe(true);
  });
});

describe('pictures that are away while the sound goes on', () => {
  test('for an hour: the last one is repeated by reference ten times a second, then they go on in step', () => {
    const { send, push, tags, slates } = start();
    const picture = (ms: number): Buffer | undefined =>
      ms % 2000 === 0 ? keyframe : ms % 40 === 0 ? inter : undefined;
    push('video', 0, videoHeader);
    send(10_000, picture);
    const before = tags.length;
    const untilMs = 10_000 + 3_600_000;
    send(untilMs);
    const filled = tags.slice(before).filter(({ type }) => type === 'video');
    expect(filled.every(isRepeat)).toBe(true);
    expect(filled.length).toBeGreaterThan(35_900);
    expect(filled.length).toBeLessThan(36_100);
    expect(Math.max(...filled.slice(1).map(({ streamMs }, at) => streamMs - filled[at]!.streamMs))).toBe(100);
    send(untilMs + 2000, picture);
    const later = real(tags).filter(({ ms }) => ms! > untilMs + 100);
    expect(later.filter(({ type }) => type === 'video').length).toBeGreaterThan(40);
    expect(later.every(({ ms, streamMs }) => ms === streamMs)).toBe(true);
    // The sound shows that the publisher is there: no slate.
    expect(slates).toEqual([]);
  });

  test('are stood for by a slate on a worker that has never seen one', () => {
    const { intake, push, send, slates, tags } = start('pictures');
    push('video', 0, videoHeader);
    send(3000);
    expect(tags).toEqual([]);
    expect(slates).toEqual([videoHeader]);
    intake.slate({ videoHeader, pictures: Array.from({ length: 12 }, () => keyframe) });
    send(5000);
    expect(tags[0]).toMatchObject({ type: 'video', streamMs: 0, keyframe: true, filler: true });
    expect(real(tags).every(({ ms, streamMs }) => ms === streamMs)).toBe(true);
    expect(tags.filter(({ type }) => type === 'video').at(-1)!.streamMs).toBeGreaterThan(4500);
  });
});
