/** One reason to turn a publisher away: a row of {@link refusals}. */
interface RefusalRow {
  /** `code` in the log. */
  readonly code: string;
  /** RTMP status, as encoders know them: OBS gives up on `Unauthorized` and otherwise keeps reconnecting. */
  readonly status: `NetStream.Publish.${'BadName' | 'Failed' | 'Rejected' | 'Unauthorized'}`;
  /**
   * What the broadcaster reads: what is wrong, and what to do next. A function of the detail where that helps; otherwise the detail
   * is for the log and the journal only, as it may name workers. ASCII: encoders show it in all kinds of consoles.
   */
  readonly words: string | ((detail: string) => string);
  /** Decides the log event, and with it the metric: `ingest.publish.refused`, or `ingest.publish.unserved` for a fault of the platform. */
  readonly fault: 'publisher' | 'platform';
  /** The reason in the stream's journal: “A broadcaster was turned away: …”. Left out if no stream is known, so there is no journal. */
  readonly journal?: string;
  /** For a worker's answer to its proxy: `final` for every worker, or the next worker is `tried`. Left out if workers don't answer so. */
  readonly worker?: 'final' | 'tried';
}

const invalidKey = 'Invalid stream key. Copy the key again from the console, then reconnect.';

/**
 * Every reason to turn a publisher away, and all that follows from it: RTMP status, words for the broadcaster, log event and code,
 * metric, journal entry, and what a proxy makes of it when a worker says so. A new reason needs a row here and the place that
 * decides it.
 */
export const refusals = {
  'missing-key': {
    code: 'NO_STREAM_NAME',
    status: 'NetStream.Publish.BadName',
    words: "No stream key. Paste the key from the console into your encoder's stream key field.",
    fault: 'publisher',
  },
  // Whether a stream exists is nobody's business: these three say the same.
  'malformed-key': {
    code: 'KEY_MALFORMED',
    status: 'NetStream.Publish.Unauthorized',
    words: invalidKey,
    fault: 'publisher',
    journal: 'the stream key is incomplete or has something added',
  },
  'unknown-stream': {
    code: 'KEY_UNKNOWN',
    status: 'NetStream.Publish.Unauthorized',
    words: invalidKey,
    fault: 'publisher',
    worker: 'final',
  },
  // A revoked key isn't kept, so it can't be told from a guess.
  'wrong-key': {
    code: 'KEY_WRONG',
    status: 'NetStream.Publish.Unauthorized',
    words: invalidKey,
    fault: 'publisher',
    journal: 'the stream key is wrong or was revoked',
  },
  // Only a publisher with the real, older key gets here: telling it so helps nobody guess.
  'expired-key': {
    code: 'KEY_EXPIRED',
    status: 'NetStream.Publish.Unauthorized',
    words: 'This stream key has expired. Copy the new key from the console, then reconnect.',
    fault: 'publisher',
    journal: 'the stream key was replaced and has expired',
  },
  'key-unchecked': {
    code: 'CONTROL_STORE_UNAVAILABLE',
    status: 'NetStream.Publish.Failed',
    words: "Stream keys can't be checked right now. Try again in a minute.",
    fault: 'platform',
    journal: "its stream key couldn't be checked",
  },
  'taken-down': {
    code: 'TAKEN_DOWN',
    status: 'NetStream.Publish.Rejected',
    words: 'This stream was taken down. Nothing can be broadcast to it until it is restored.',
    fault: 'publisher',
    journal: 'the stream was taken down',
    worker: 'final',
  },
  // On purpose, so not a fault of the platform; those on the air go on.
  'budget-reached': {
    code: 'BUDGET_REACHED',
    status: 'NetStream.Publish.Rejected',
    words: "This platform's budget for the month is spent, so no new broadcast begins. Ask whoever runs it.",
    fault: 'publisher',
    journal: "the platform's budget for the month is spent",
    worker: 'final',
  },
  busy: {
    code: 'STREAM_BUSY',
    status: 'NetStream.Publish.BadName',
    words:
      'Another broadcaster is live with this stream key. Stop that broadcast first, or use another stream.',
    fault: 'publisher',
    journal: 'another broadcaster is live with this key',
    worker: 'final',
  },
  closing: {
    code: 'STREAM_BUSY',
    status: 'NetStream.Publish.BadName',
    words: 'The previous broadcast of this stream is still closing. Try again in a few seconds.',
    fault: 'publisher',
    journal: 'the previous broadcast was still closing',
    worker: 'final',
  },
  full: {
    code: 'NO_WORKER',
    status: 'NetStream.Publish.Failed',
    words: 'All encoders are in use. Try again in a minute.',
    fault: 'platform',
    journal: 'all encoders were in use',
    worker: 'tried',
  },
  draining: {
    code: 'NO_WORKER',
    status: 'NetStream.Publish.Failed',
    words: 'All encoders are restarting. Try again in a minute.',
    fault: 'platform',
    journal: 'all encoders were about to stop',
    worker: 'tried',
  },
  'held-elsewhere': {
    code: 'NO_WORKER',
    status: 'NetStream.Publish.Failed',
    words: 'This stream is still assigned to another encoder. Try again in a few seconds.',
    fault: 'platform',
    journal: 'the stream was still assigned to another encoder',
    worker: 'tried',
  },
  // Also if the workers gave different reasons, or there is none.
  unavailable: {
    code: 'NO_WORKER',
    status: 'NetStream.Publish.Failed',
    words: 'No encoder can take the stream right now. Try again in a minute.',
    fault: 'platform',
    journal: 'no encoder could take the stream',
    worker: 'tried',
  },
  // Found after the publisher was accepted: its worker sends the status and writes the journal.
  'unsupported-codec': {
    code: 'UNSUPPORTED_CODEC',
    status: 'NetStream.Publish.Rejected',
    words: (detail) => `Unsupported codec: ${detail}. Send H.264 video and AAC sound.`,
    fault: 'publisher',
    journal: 'its video or audio format is not supported',
  },
  // As above: it lacks what decoding begins with.
  'no-starting-point': {
    code: 'NO_STARTING_POINT',
    status: 'NetStream.Publish.Rejected',
    words: (detail) => `Cannot decode what you send: ${detail}. Check your encoder's settings.`,
    fault: 'publisher',
    journal: 'decoding could not begin with what it sent',
  },
  'picture-too-large': {
    code: 'PICTURE_TOO_LARGE',
    status: 'NetStream.Publish.Rejected',
    words: (detail) => `Picture too large: ${detail}. Change the output resolution in your encoder.`,
    fault: 'publisher',
    journal: 'its picture is too large',
  },
  // Each change starts another ffmpeg.
  'unsteady-format': {
    code: 'FORMAT_UNSTEADY',
    status: 'NetStream.Publish.Rejected',
    words:
      'Your picture size or frame rate changes too often. Set fixed ones in your encoder, then reconnect in a minute.',
    fault: 'publisher',
    journal: 'its picture size or frame rate changed too often',
  },
  // The same worker says so: another one would fail at the same bytes.
  'unreadable-media': {
    code: 'MEDIA_UNREADABLE',
    status: 'NetStream.Publish.Rejected',
    words: 'What you send cannot be read. Restart your broadcasting software, or try other settings in it.',
    fault: 'publisher',
    journal: 'what it sends could not be read',
  },
  // Of a worker: its ffmpeg crashed too often. Of a proxy: it doesn't offer the same bytes to a third worker.
  'encoder-failed': {
    code: 'ENCODER_FAILED',
    status: 'NetStream.Publish.Failed',
    words: 'Encoders stop on what you send. Restart your broadcasting software, or try other settings in it.',
    fault: 'platform',
    journal: 'encoders stopped on what it sends',
  },
} as const satisfies Readonly<Record<string, RefusalRow>>;

type Table = typeof refusals;
export type RefusalReason = keyof Table;
type RowsWith<Field> = {
  [Reason in RefusalReason]: Table[Reason] extends Field ? Reason : never;
}[RefusalReason];
/** A reason that a worker answers its proxy with. */
export type WorkerRefusalReason = RowsWith<{ worker: unknown }>;
/** A reason that appears in a stream's journal. */
export type JournaledRefusalReason = RowsWith<{ journal: unknown }>;

/** A publisher turned away. */
export interface Refusal<Reason extends RefusalReason = RefusalReason> {
  readonly reason: Reason;
  /** What exactly was wrong, for the log and the journal; for the broadcaster if its row says so. Never a key. */
  readonly detail?: string | undefined;
}

export const workerRefusalReasons = (Object.keys(refusals) as RefusalReason[]).filter(isWorkerRefusal);

export function isWorkerRefusal(reason: RefusalReason): reason is WorkerRefusalReason {
  return 'worker' in refusals[reason];
}

export function isJournaled(refusal: Refusal): refusal is Refusal<JournaledRefusalReason> {
  return 'journal' in refusals[refusal.reason];
}

/** What the broadcaster's encoder gets. */
export interface RefusalStatus {
  readonly level: 'error';
  readonly code: RefusalRow['status'];
  readonly description: string;
}

export function refusalStatus({ reason, detail = 'unknown' }: Refusal): RefusalStatus {
  const { status, words }: RefusalRow = refusals[reason];
  return { level: 'error', code: status, description: typeof words === 'string' ? words : words(detail) };
}
