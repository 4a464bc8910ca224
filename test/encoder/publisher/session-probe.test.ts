import { beforeEach, describe, expect, test } from '@jest/globals';
import type { InputFormat } from '../../../lib/encoder/policy/input-format.ts';
import type { ShownTracks } from '../../../lib/encoder/publisher/policy/probe/picture-wait.ts';
import type { SessionMedia } from '../../../lib/encoder/publisher/policy/probe/session-media.ts';
import { SessionProbe } from '../../../lib/encoder/publisher/session-probe.ts';
import { sequenceHeader, spsOf } from '../../../testkit/media/sequence-header.ts';

/** x264's sequence header for 1280×720. */
const header720 = Buffer.from(
  '17000000000164101fffe100166764101facb80a00b76022000003000200000300280801000568ee06f2c0fdf8f800',
  'hex',
);
const soundHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);
const monoHeader = Buffer.from([0xaf, 0, 0x11, 0x88]);
const sound = Buffer.from([0xaf, 1, 0x21, 0x10]);
const keyframe = Buffer.from([0x17, 1, 0, 0, 0, 0, 0, 0, 1, 5]);
const inter = Buffer.from([0x27, 1, 0, 0, 0, 0, 0, 0, 1, 1]);

/** What the probe passes on, in order: formats as `720p25 mp4a` and media as `key 0`, `inter 40`, `sound 23`. */
let passed: string[];
let headers: Buffer[];
let slate: 'ready' | 'not-made';
let probe: SessionProbe;

function start(shown: ShownTracks = 'nothing'): void {
  passed = [];
  headers = [];
  slate = 'not-made';
  const name = ({ type, keyframe: isKey, timestampMs }: SessionMedia): string =>
    `${type === 'audio' ? 'sound' : isKey ? 'key' : 'inter'} ${timestampMs}`;
  probe = new SessionProbe(
    {
      format: ({ picture, audioCodec }: InputFormat) =>
        passed.push(
          `${picture ? `${picture.input.height}p${picture.input.frameRate}` : 'sound alone'} ${audioCodec ?? 'silence'}`,
        ),
      media: (media) => {
        passed.push(name(media));
        headers.push(media.header);
      },
      canShowSlate: () => {
        passed.push('slate?');
        return slate === 'ready';
      },
      soundWithoutPicture: (waited, isFirst) =>
        passed.push(
          `${isFirst ? 'first ' : ''}sound ${waited[0]!.timestampMs} to ${waited.at(-1)!.timestampMs}`,
        ),
      keyframeAwaited: () => passed.push('keyframe awaited'),
      unusable: ({ detail }) => passed.push(`refused: ${detail}`),
    },
    shown,
  );
}

const push = (payload: Buffer, ms: number): void => {
  const isVideo = payload === keyframe || payload === inter || payload[0] === 0x17;
  probe.push({ type: isVideo ? 'video' : 'audio', timestampMs: ms, payload, nowMs: ms, sessionMs: ms });
};
const pushSound = (fromMs: number, untilMs: number): void => {
  for (let ms = fromMs; ms < untilMs; ms += 21) push(sound, ms);
};
/** Ten pictures, 40 ms apart. */
const pushPictures = (fromMs: number): void => {
  for (let at = 0; at < 10; at++) push(at === 0 ? keyframe : inter, fromMs + at * 40);
};
const media = (): string[] => passed.filter((each) => /^(key|inter|sound) /.test(each));

beforeEach(() => start());

describe('A session with pictures and sound', () => {
  test('is probed until its frame rate is known, and nothing of the probe is lost', () => {
    push(header720, 0);
    push(soundHeader, 0);
    push(inter, 0);
    push(keyframe, 40);
    push(sound, 50);
    for (let ms = 80; ms < 400; ms += 40) push(inter, ms);
    expect(passed).toEqual([]);
    expect(probe.begun).toBe(true);
    push(inter, 400);
    expect(passed.slice(0, 4)).toEqual(['720p25 mp4a.40.2', 'key 40', 'sound 50', 'inter 80']);
    expect(media()).toHaveLength(11);
    push(sound, 410);
    expect(passed.at(-1)).toBe('sound 410');
    expect(headers[0]).toEqual(header720);
    expect(headers.at(-1)).toEqual(soundHeader);
  });

  test('begins at a recovery point where no key frame comes', () => {
    const recovery = Buffer.from('270100000000000005060601c48000000002419a', 'hex');
    push(header720, 0);
    push(soundHeader, 0);
    push(inter, 0);
    probe.push({ type: 'video', timestampMs: 40, payload: recovery, nowMs: 40, sessionMs: 40 });
    for (let ms = 80; ms <= 400; ms += 40) push(inter, ms);
    expect(passed.slice(0, 3)).toEqual(['720p25 mp4a.40.2', 'key 40', 'inter 80']);
  });

  test('without sound is decided after a second', () => {
    push(header720, 0);
    pushPictures(0);
    expect(passed).toEqual([]);
    probe.tick(1001);
    expect(passed.slice(0, 2)).toEqual(['720p25 silence', 'key 0']);
  });

  test('keeps sound that belongs to its pictures and came before them', () => {
    push(header720, 0);
    push(soundHeader, 0);
    pushSound(100, 300);
    pushPictures(200);
    expect(media()).not.toContain('sound 184');
    expect(media().slice(0, 3)).toEqual(['key 200', 'sound 205', 'sound 226']);
  });

  test('begins at once in a later session with the same headers', () => {
    push(header720, 0);
    push(soundHeader, 0);
    pushPictures(0);
    probe.beginSession();
    passed = [];
    push(header720, 0);
    push(soundHeader, 0);
    push(keyframe, 9000);
    expect(passed).toEqual(['720p25 mp4a.40.2', 'key 9000']);
  });

  test('is given other sound without another probe', () => {
    push(header720, 0);
    push(soundHeader, 0);
    pushPictures(0);
    push(monoHeader, 400);
    push(sound, 400);
    push(inter, 400);
    expect(passed.slice(-3)).toEqual(['720p25 mp4a.40.2', 'sound 400', 'inter 400']);
    expect(probe.format?.audioHeader).toEqual(monoHeader);
  });

  test('is probed anew from the next key frame on where its sequence header changes', () => {
    push(header720, 0);
    push(soundHeader, 0);
    pushPictures(0);
    passed = [];
    const other = Buffer.from(header720);
    other[5 + 2] = 0x11; // a constraint flag
    push(other, 400);
    push(inter, 400);
    pushPictures(440);
    expect(passed[0]).toBe('720p25 mp4a.40.2');
    expect(media()[0]).toBe('key 440');
    expect(headers.at(-1)).toEqual(other);
  });
});

describe('Sound without pictures', () => {
  test('goes on by itself after a wait that depends on what is announced', () => {
    for (const [announced, waitMs] of [
      ['sound-alone', 500],
      [undefined, 2000],
      ['pictures', 4000],
    ] as const) {
      start();
      probe.announce(announced);
      push(soundHeader, 0);
      pushSound(0, waitMs - 100);
      expect(passed).toEqual([]);
      pushSound(waitMs - 90, waitMs + 60);
      expect(passed[0]).toBe('sound alone mp4a.40.2');
      expect(passed[1]).toMatch(/^first sound 0 to /);
      expect(probe.isSoundAlone).toBe(true);
    }
  });

  test('waits for a slate where a sequence header has announced pictures', () => {
    push(header720, 0);
    push(soundHeader, 0);
    pushSound(0, 2200);
    expect(new Set(passed)).toEqual(new Set(['slate?']));
    slate = 'ready';
    push(sound, 2200);
    expect(passed.slice(-2)).toEqual(['720p10 mp4a.40.2', 'first sound 0 to 2200']);
  });

  test('never takes a broadcast’s pictures away, also where another worker has shown them', () => {
    start('pictures');
    push(soundHeader, 0);
    pushSound(0, 8000);
    expect(passed).toEqual([]);
  });
});

describe('A session that decoding cannot begin with', () => {
  /** Pictures or sound every 40 ms, until something is passed on. */
  const sendUntil = (untilMs: number, payload: Buffer, fromMs = 0): string | undefined => {
    for (let ms = fromMs; ms < untilMs; ms += 40) {
      const before = passed.length;
      push(payload, ms);
      if (passed.length > before) return `${passed.at(-1)} at ${ms}`;
    }
    return undefined;
  };

  test.each([
    ['pictures without a sequence header', inter, 'refused: H.264 video without a sequence header at 4000'],
    ['key frames without one', keyframe, 'refused: H.264 video without a sequence header at 4000'],
    ['sound without one', sound, 'refused: AAC sound without a sequence header at 4000'],
  ])('is refused within 5 s: %s', (_, payload, expected) => {
    expect(sendUntil(10_000, payload)).toBe(expected);
    expect(sendUntil(20_000, payload, 10_000)).toBeUndefined();
  });

  test('is refused within 5 s if it has only other tracks', () => {
    for (let ms = 0; ms < 5000; ms += 40)
      probe.push({ type: 'video', timestampMs: ms, payload: Buffer.alloc(0), nowMs: 0, sessionMs: ms });
    expect(passed).toEqual(['refused: no track 0 among the video tracks']);
  });

  test('is warned within 5 s and refused after 25 s of pictures without a key frame', () => {
    push(header720, 0);
    expect(sendUntil(60_000, inter)).toBe('keyframe awaited at 4000');
    expect(sendUntil(60_000, inter, 4040)).toBe(
      'refused: no key frame for 25 s; set its interval to 2 s at 25000',
    );
  });

  test('begins between key frames that are 20 s apart, and a clock that jumps is not so much media', () => {
    push(header720, 0);
    expect(sendUntil(60_000, inter)).toBe('keyframe awaited at 4000');
    sendUntil(10_000, inter, 4040);
    expect(sendUntil(3_610_000, inter, 3_600_000)).toBeUndefined();
    pushPictures(3_620_000);
    probe.tick(3_622_000);
    expect(media()[0]).toBe('key 3620000');
  });
});

describe('What cannot be used', () => {
  test('is refused once, naming the codec or the fault of the header; nothing follows', () => {
    for (const [payload, detail] of [
      [Buffer.from([0x12, 0, 0]), 'Sorenson H.263 video'],
      [Buffer.from([0x90, 0x68, 0x76, 0x63, 0x31, 0]), 'HEVC video'],
      [Buffer.from([0x2f, 0, 0]), 'MP3 audio'],
    ] as const) {
      start();
      const type = detail.endsWith('video') ? 'video' : 'audio';
      probe.push({ type, timestampMs: 0, payload, nowMs: 0, sessionMs: 0 });
      push(header720, 0);
      pushPictures(0);
      probe.tick(2000);
      expect(passed).toEqual([`refused: ${detail}`]);
    }
    start();
    push(Buffer.from([0x17, 0, 0, 0, 0, 1]), 0);
    push(soundHeader, 0);
    pushPictures(0);
    expect(passed).toEqual([expect.stringMatching(/^refused: .*AVC/)]);
  });
});

describe('A picture that would take too much memory', () => {
  const refusal = 'refused: 8192x8192; send 4096x2304 or less';
  const huge = { width: 8192, height: 8192 };

  test('is refused by its sequence header', () => {
    push(sequenceHeader(huge), 0);
    expect(passed).toEqual([refusal]);
  });

  test('is refused where the header changes', () => {
    push(header720, 0);
    push(soundHeader, 0);
    pushPictures(0);
    push(sequenceHeader(huge), 400);
    expect(passed.at(-1)).toBe(refusal);
  });

  test.each([
    ['before', 0],
    ['behind', 1],
  ])('is refused by a parameter set %s the slices of any picture', (_, at) => {
    push(header720, 0);
    push(soundHeader, 0);
    pushPictures(0);
    const units: Buffer[] = [inter.subarray(9)];
    units.splice(at, 0, spsOf(huge));
    const sample = units.flatMap((unit) => [Buffer.from([0, 0, 0, unit.length]), unit]);
    const payload = Buffer.concat([inter.subarray(0, 5), ...sample]);
    passed = [];
    probe.push({ type: 'video', timestampMs: 440, payload, nowMs: 440, sessionMs: 440 });
    expect(passed).toEqual([refusal]);
  });
});

describe('A format that changes', () => {
  const sizes = [
    { width: 640, height: 368 },
    { width: 1280, height: 720 },
  ];
  /** Each change with its own second of pictures by the publisher's clock, `everyMs` apart by ours. */
  const change = (times: number, everyMs: number): void => {
    push(soundHeader, 0);
    for (let at = 0; at < times; at++) {
      const nowMs = at * everyMs;
      const send = (payload: Buffer, ms: number) =>
        probe.push({ type: 'video', timestampMs: ms, payload, nowMs, sessionMs: ms });
      send(sequenceHeader(sizes[at % 2]!), at * 1040);
      for (const ms of [0, 1001]) send(keyframe, at * 1040 + ms);
    }
  };
  const formats = () => passed.filter((each) => each.includes('mp4a'));

  test('too often within a minute of ours ends the session in words', () => {
    change(24, 1);
    expect(formats()).toHaveLength(7);
    expect(passed.at(-1)).toBe('refused: 640x368 at 1 a second to 1280x720 at 1 a second');
  });

  test('now and then is followed', () => {
    change(24, 11_000);
    expect(formats()).toHaveLength(24);
  });
});

describe('What is held while a session is probed', () => {
  test('counts messages, too: tiny pictures of one timestamp are not held without end', () => {
    push(header720, 0);
    let pushed = 0;
    while (media().length === 0 && pushed < 100_000) {
      push(pushed === 0 ? keyframe : inter, 0);
      pushed++;
    }
    expect(pushed).toBeGreaterThan(10_000);
    expect(pushed).toBeLessThan(20_000);
    expect(media()).toHaveLength(pushed);
  });

  test('bounds the sound that waits for a picture by its size', () => {
    const large = Buffer.concat([sound, Buffer.alloc(1 << 20)]);
    push(soundHeader, 0);
    push(header720, 0);
    probe.announce('pictures');
    for (let ms = 0; ms < 10; ms++) push(large, ms);
    pushPictures(0);
    expect(media().filter((each) => each.startsWith('sound'))).toHaveLength(3);
  });
});
