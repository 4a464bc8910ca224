import type { BroadcastId, MemberId, StreamId } from '../routing/ids.ts';
import type { BusEvent } from './bus-events.ts';
import type { DocumentKind, StreamDocument } from './documents.ts';
import type {
  BroadcastRecord,
  BroadcastReference,
  FleetMember,
  FleetRole,
  LeaseRecord,
  StreamEventRecord,
  StreamRecord,
} from './records.ts';
import type { SecretUnreadableError } from './secret-errors.ts';

/**
 * The control store. Every write that could race is conditional; one that loses throws `ConditionFailedError`
 * (code `CONDITION_FAILED`). A store that cannot be reached or is locked throws `ControlStoreUnavailableError` (code
 * `CONTROL_STORE_UNAVAILABLE`). The SQLite and the DynamoDB adapter pass one contract suite.
 */
export interface ControlStore
  extends StreamStore,
    DocumentStore,
    BroadcastStore,
    LeaseStore,
    FleetStore,
    StreamEventStore {}

export interface StreamStore {
  /** Fails where the id is taken. */
  createStream(stream: StreamRecord): Promise<void>;
  getStream(id: StreamId): Promise<StreamRecord | undefined>;
  /** By id, after `cursor`. */
  listStreams(page: {
    limit: number;
    cursor?: string;
  }): Promise<{ streams: StreamRecord[]; cursor?: string }>;
  /** Writes `stream` with `version` + 1 where the stored version is `stream.version`; returns what it wrote. */
  updateStream(stream: StreamRecord): Promise<StreamRecord>;
  /** Deletes the stream with its documents, broadcasts, lease and events. */
  deleteStream(id: StreamId): Promise<void>;
}

/** Documents beside a stream, one of a kind. They may outlive the stream only as long as it takes to delete it. */
export interface DocumentStore {
  getDocument<Kind extends DocumentKind>(
    streamId: StreamId,
    kind: Kind,
  ): Promise<StreamDocument<Kind> | undefined>;
  /**
   * Writes the document with `version` + 1 where the stored one has `document.version`, or where there is none and that is 0;
   * returns what it wrote.
   */
  putDocument<Kind extends DocumentKind>(document: StreamDocument<Kind>): Promise<StreamDocument<Kind>>;
  /**
   * Streams whose document of this kind is open, by stream id, after `cursor`. A hint: one that was opened or closed a moment ago
   * may be missing or still be there.
   */
  listOpenDocuments(
    kind: DocumentKind,
    page: { limit: number; cursor?: string },
  ): Promise<{ streamIds: StreamId[]; cursor?: string }>;
}

export interface BroadcastStore {
  /** Writes a broadcast; fails where a higher epoch has already written it. */
  putBroadcast(broadcast: BroadcastRecord): Promise<void>;
  /** The newest broadcast of a stream. */
  latestBroadcast(streamId: StreamId): Promise<BroadcastRecord | undefined>;
  getBroadcast(streamId: StreamId, id: BroadcastId): Promise<BroadcastRecord | undefined>;
  /** Newest first. */
  listBroadcasts(streamId: StreamId, limit: number): Promise<BroadcastRecord[]>;
  /**
   * Broadcasts that are not ended, whichever their streams, by stream id, of streams whose id comes after `cursor`. A hint: one
   * that began or ended a moment ago may be missing or still be there.
   */
  listOpenBroadcasts(page: {
    limit: number;
    cursor?: string;
  }): Promise<{ broadcasts: BroadcastReference[]; cursor?: string }>;
}

export interface LeaseStore {
  getLease(streamId: StreamId): Promise<LeaseRecord | undefined>;
  /**
   * Takes the lease for `workerId` with epoch + 1 (1 at first) and released false. `observed` is the record that the taker saw,
   * undefined where it saw none: fails unless the store still holds exactly that version. A request to end the broadcast
   * stands where the lease is taken for the same broadcast, and is over where it is taken for another.
   */
  takeLease(take: {
    streamId: StreamId;
    workerId: MemberId;
    broadcastId: BroadcastId;
    observed?: LeaseRecord;
  }): Promise<LeaseRecord>;
  /** Raises the version; fails unless `workerId` still holds `epoch` unreleased. Returns the record as it stands. */
  renewLease(hold: { streamId: StreamId; workerId: MemberId; epoch: number }): Promise<LeaseRecord>;
  /** Lets go, so that the next taker need not wait. A lease that is no longer held is left alone, without an error. */
  releaseLease(hold: { streamId: StreamId; workerId: MemberId; epoch: number }): Promise<void>;
  /** Asks the holder to end this broadcast; fails where the lease is released or of another broadcast. */
  requestEnd(streamId: StreamId, broadcastId: BroadcastId): Promise<void>;
}

export interface FleetStore {
  /** Writes the member's facts and raises its version. */
  heartbeat(member: Omit<FleetMember, 'version'>): Promise<void>;
  listFleet(role: FleetRole): Promise<FleetMember[]>;
  removeMember(role: FleetRole, id: MemberId): Promise<void>;
}

export interface StreamEventStore {
  /** Appends and numbers an event. */
  appendEvent(event: Omit<StreamEventRecord, 'sequence'>): Promise<void>;
  /** In order, after `after`. Without `after`, the newest `limit`, still in rising order. */
  listEvents(streamId: StreamId, page: { after?: number; limit: number }): Promise<StreamEventRecord[]>;
}

/** One secret, wherever it is kept: a file, or Secrets Manager. All adapters pass one contract suite. */
export interface SecretSource {
  /** Which secret it is, for people; never its value. */
  readonly name: string;
  /** The secret's text, at most 64 KiB of it. Throws `SecretUnreadableError` (code `SECRET_UNREADABLE`, with `mend`). */
  read(): Promise<string>;
  /** Looks now and then, and tells where the text is another than `known` or than what it told last. Returns what ends it. */
  watch(known: string, handler: SecretHandler): () => void;
}

export interface SecretHandler {
  changed(text: string): void;
  /** It cannot be read, after it could. What the caller has stays good. Told once until it can be read again. */
  failed(cause: SecretUnreadableError): void;
}

/** Where other systems hear of streams: EventBridge; on one machine the log, or a URL. The adapters pass one contract suite. */
export interface StreamEventBus {
  /** Resolves when the bus has taken them all. Throws `EventBusError` (code `EVENT_BUS_REFUSED`) with those it has not. */
  publish(events: readonly BusEvent[]): Promise<void>;
  /** A bus that has taken events and not brought them yet is given a moment for that. */
  close(): Promise<void> | void;
}
