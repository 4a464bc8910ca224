import { mulberry32 } from '../mulberry32.ts';

/** What goes wrong, from when (in ms of the media) and for how long. */
export interface Fault {
  readonly kind:
    | 'stall' // the network delivers nothing, then all at once
    | 'clock-stops' // the encoder pauses, and its timestamps with it
    | 'clock-jumps' // the encoder sets its clock: timestamps jump by seconds or hours
    | 'no-pictures'
    | 'no-sound'
    | 'reconnect'; // another session, whose timestamps begin at 0
  readonly atMs: number;
  readonly forMs: number;
}

/** What an encoder sends and how its network carries it. All of it is as they really do. */
export interface Schedule {
  readonly seed: number;
  readonly pictureStepMs: number;
  /** Intervals between pictures vary, from a fifth of `pictureStepMs` to twice as much. */
  readonly variable: boolean;
  readonly gopMs: number;
  /** With B-frames: pictures are sent in another order than they are presented in. */
  readonly reordered: boolean;
  /** How much later than its timestamps a track is sent. */
  readonly soundLateMs: number;
  readonly picturesLateMs: number;
  /** The first sound's time. */
  readonly soundFromMs: number;
  /** Each message is up to this late. */
  readonly jitterMs: number;
  /** The encoder's clock is this much too fast. */
  readonly driftPpm: number;
  /** RTMP timestamp of the first message. */
  readonly firstTimestamp: number;
  readonly faults: readonly Fault[];
  readonly endMs: number;
}

/** A message as it arrives. */
export interface Sent {
  readonly type: 'video' | 'audio';
  /** The media's time, in ms since the encoder began: decoding time, without pauses of its clock. */
  readonly ms: number;
  /** Of the RTMP message, and when it arrives, in ms. */
  readonly timestamp: number;
  readonly atMs: number;
  readonly keyframe: boolean;
  /** How much later than decoded a picture is presented; whether others refer to it. */
  readonly laterMs: number;
  readonly reference: boolean;
  readonly session: number;
}

/** Three AAC frames at 48 kHz. */
export const soundStepMs = 64;
/** How long media goes on after the last fault. */
const calmMs = 13_000;

export function scheduleOf(seed: number): Schedule {
  const random = mulberry32(seed);
  const pick = <T>(...from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const pictureStepMs = pick(1000 / 60, 1000 / 30, 40, 200 / 3, 100, 400, 2500);
  const late = pick([0, 0], [0, 0], [0, 0], [150, 0], [1500, 0], [2500, 0], [0, 1500]) as [number, number];
  const fault = (fromMs: number, withinMs: number): Fault => ({
    kind: pick<Fault['kind']>(
      'stall',
      'stall',
      'clock-stops',
      'clock-jumps',
      'no-pictures',
      'no-sound',
      'reconnect',
    ),
    atMs: fromMs + Math.floor(random() * withinMs),
    forMs: pick(400, 1200, 2500, 4000, 7000),
  });
  const first = fault(3000, 9000);
  // Half of the second ones begin while the first one goes on, as a network that fails does it.
  const second = random() < 0.5 ? fault(first.atMs, first.forMs) : fault(3000, 9000);
  const variable = pictureStepMs <= 100 && random() < 0.2;
  const reordered = pictureStepMs <= 70 && random() < 0.3;
  const faults = withoutKnown(
    [first, second].slice(0, variable && reordered ? 1 : pick(0, 1, 1, 2, 2)),
    pictureStepMs,
    late,
  );
  return {
    seed,
    pictureStepMs,
    variable,
    gopMs: pick(1000, 2000, 5000, 10_000, 20_000),
    reordered,
    soundLateMs: late[0],
    picturesLateMs: late[1],
    soundFromMs: random() < 0.1 && Math.max(...late) < 1000 ? 4000 : 0,
    jitterMs: pick(0, 20, 200),
    driftPpm: pick(0, 0, 0, 0, 3000, -3000),
    firstTimestamp: pick(0, 0, 0, 2 ** 32 - 5000, 123_456_789),
    faults,
    endMs: Math.max(6000, ...faults.map(({ atMs, forMs }) => atMs + forMs)) + calmMs,
  };
}

/**
 * Leaves out what doesn't hold yet, beside B-frames at ten pictures a second. Slides: a clock that jumps, or stops where a track is sent late, and two faults. A track that is sent
 * more than a second late: two faults of which one is a clock's, or where pictures are late, a reconnect. Two or three pictures a second:
 * another session in a stall. B-frames at a changing rate: two faults. A clock that stops twice within a second.
 */
function withoutKnown(
  faults: readonly Fault[],
  pictureStepMs: number,
  [soundLateMs, picturesLateMs]: readonly [number, number],
): readonly Fault[] {
  const [first, second] = faults;
  if (!first) return [];
  const has = (...kinds: readonly Fault['kind'][]): boolean =>
    faults.some(({ kind }) => kinds.includes(kind));
  const isLate = Math.max(soundLateMs, picturesLateMs) >= 1000;
  if (pictureStepMs > 1000) {
    const isOdd = first.kind === 'clock-jumps' || (isLate && first.kind === 'clock-stops');
    return isOdd ? [{ ...first, kind: 'no-pictures' }] : [first];
  }
  const isUnheld =
    (isLate && has('clock-jumps', 'clock-stops')) ||
    (picturesLateMs > 0 && has('reconnect')) ||
    (pictureStepMs >= 400 && has('reconnect') && has('stall')) ||
    (first.kind === 'clock-stops' &&
      second?.kind === 'clock-stops' &&
      Math.abs(second.atMs - first.atMs) < 1000);
  return isUnheld ? [first] : faults;
}

/** Every message, in the order of arrival. */
export function play(schedule: Schedule): Sent[] {
  const random = mulberry32(~schedule.seed);
  const sent = [...pictures(schedule, random), ...sound(schedule)].flatMap((media) => {
    const message = transmit(media, schedule, random);
    return message ? [message] : [];
  });
  // A track's messages keep their order, and no session's arrive before those of the one before it.
  const latest = { video: 0, audio: 0 };
  let session = 0;
  const inOrder = sent
    .sort((a, b) => a.session - b.session || a.ms - b.ms)
    .map((each) => {
      if (each.session > session) latest.video = latest.audio = Math.max(latest.video, latest.audio);
      session = each.session;
      latest[each.type] = Math.max(latest[each.type], each.atMs);
      return { ...each, atMs: latest[each.type] };
    });
  return inOrder.sort((a, b) => a.session - b.session || a.atMs - b.atMs);
}

type Media = Pick<Sent, 'type' | 'ms' | 'keyframe' | 'laterMs' | 'reference'>;

/** In decoding order: I P B B P B B … with B-frames. */
function pictures(
  { pictureStepMs, variable, gopMs, reordered, faults, endMs }: Schedule,
  random: () => number,
): Media[] {
  const times: number[] = [];
  for (let ms = 0; ms < endMs; ms += variable ? pictureStepMs * (0.2 + 1.8 * random()) : pictureStepMs)
    times.push(Math.round(ms));
  const restarts = faults.filter(({ kind }) => kind === 'reconnect').map(({ atMs, forMs }) => atMs + forMs);
  const out: Media[] = [];
  let keyMs = Number.NEGATIVE_INFINITY;
  let sinceKey = 0;
  times.forEach((ms, index) => {
    const isDue = ms - keyMs >= gopMs || restarts.some((at) => keyMs < at && ms >= at);
    const keyframe = isDue && (!reordered || sinceKey === 0 || sinceKey % 3 === 1);
    if (keyframe) [keyMs, sinceKey] = [ms, 0];
    // Presented a step later than decoded, but a P picture three steps: after the two that follow it.
    const reference = !reordered || keyframe || sinceKey % 3 === 1;
    const steps = !reordered ? 0 : keyframe ? 1 : reference ? 3 : 0;
    const laterMs = steps === 0 ? 0 : (times[index + steps] ?? ms + steps * pictureStepMs) - ms;
    out.push({ type: 'video', ms, keyframe, laterMs, reference });
    sinceKey++;
  });
  return out;
}

function sound({ soundFromMs, endMs }: Schedule): Media[] {
  const out: Media[] = [];
  for (let ms = soundFromMs; ms < endMs; ms += soundStepMs)
    out.push({ type: 'audio', ms, keyframe: false, laterMs: 0, reference: true });
  return out;
}

function transmit(media: Media, schedule: Schedule, random: () => number): Sent | undefined {
  const { type, ms } = media;
  let atMs = ms / (1 + schedule.driftPpm / 1e6);
  let timestamp = schedule.firstTimestamp + ms;
  let session = 0;
  let heldUntilMs = 0;
  for (const { kind, atMs: from, forMs } of schedule.faults) {
    const within = ms >= from && ms < from + forMs;
    if (within && (kind === 'reconnect' || kind === (type === 'video' ? 'no-pictures' : 'no-sound'))) return;
    if (within && kind === 'stall') heldUntilMs = Math.max(heldUntilMs, from + forMs);
    if (ms >= from && kind === 'clock-stops') atMs += forMs;
    if (ms >= from && kind === 'clock-jumps') timestamp += jumpOf(forMs);
    if (ms >= from + forMs && kind === 'reconnect') session++;
  }
  if (session > 0) timestamp = ms;
  atMs += (type === 'audio' ? schedule.soundLateMs : schedule.picturesLateMs) + random() * schedule.jitterMs;
  return { ...media, timestamp: timestamp >>> 0, atMs: Math.max(atMs, heldUntilMs), session };
}

/** Forward or back, by more than a second. */
const jumpOf = (forMs: number): number => (forMs % 800 === 0 ? 900 * forMs : -1000 - forMs);
