import type { BroadcastId, MemberId, StreamId } from '../routing/ids.ts';
import type { BudgetStop } from './budget-stop.ts';
import type { BusEvent } from './bus-events.ts';
import type { DocumentKind, StreamDocument } from './documents.ts';
import type { KnownRequest, RequestAnswer, RequestClaim } from './idempotency.ts';
import type {
  BroadcastRecord,
  BroadcastReference,
  FleetMember,
  FleetRole,
  LeaseRecord,
  StreamEventRecord,
  StreamPosition,
  StreamRecord,
} from './records.ts';
import type { SecretUnreadableError } from './secret-errors.ts';

/**
 * The control store. Every write that could race is conditional; the loser throws `ConditionFailedError` (code
 * `CONDITION_FAILED`). An unreachable or locked store throws `ControlStoreUnavailableError` (code
 * `CONTROL_STORE_UNAVAILABLE`). The SQLite and DynamoDB adapters pass the same contract suite.
 */
export interface ControlStore
  extends StreamStore,
    DocumentStore,
    BroadcastStore,
    LeaseStore,
    FleetStore,
    QuotaStore,
    IdempotencyStore,
    BudgetStore,
    StreamEventStore {}

export interface StreamStore {
  /** Fails if the id is taken. */
  createStream(stream: StreamRecord): Promise<void>;
  getStream(id: StreamId): Promise<StreamRecord | undefined>;
  /**
   * Newest first, from behind `after`, which may be gone meanwhile. `next` is where the next page begins; omitted on the last. With
   * `owner`, only this owner's. Eventually consistent.
   */
  listStreams(page: {
    limit: number;
    after?: StreamPosition;
    owner?: string;
  }): Promise<{ streams: StreamRecord[]; next?: StreamPosition }>;
  /** Writes `stream` with `version` + 1 if the stored version is `stream.version`; returns what it wrote. */
  updateStream(stream: StreamRecord): Promise<StreamRecord>;
  /** Deletes the stream with its broadcasts, lease, events and documents, except `deletions`, which says what is left to do. */
  deleteStream(id: StreamId): Promise<void>;
}

/** Documents beside a stream, one per kind. Only `deletions` outlives the stream, until its deletion is complete. */
export interface DocumentStore {
  getDocument<Kind extends DocumentKind>(
    streamId: StreamId,
    kind: Kind,
  ): Promise<StreamDocument<Kind> | undefined>;
  /**
   * Writes the document with `version` + 1 if the stored one has `document.version`, or if none is stored and that is 0; returns
   * what it wrote.
   */
  putDocument<Kind extends DocumentKind>(document: StreamDocument<Kind>): Promise<StreamDocument<Kind>>;
  /** Removes the document if the stored one has `document.version`. */
  deleteDocument(document: Pick<StreamDocument, 'streamId' | 'kind' | 'version'>): Promise<void>;
  /**
   * Streams whose document of this kind is open, by stream id, after `cursor`. Eventually consistent: a document opened or closed
   * a moment ago may be missing or still listed.
   */
  listOpenDocuments(
    kind: DocumentKind,
    page: { limit: number; cursor?: string },
  ): Promise<{ streamIds: StreamId[]; cursor?: string }>;
}

export interface BroadcastStore {
  /** Writes a broadcast; fails if a higher epoch has already written it. */
  putBroadcast(broadcast: BroadcastRecord): Promise<void>;
  /** The newest broadcast of a stream. */
  latestBroadcast(streamId: StreamId): Promise<BroadcastRecord | undefined>;
  getBroadcast(streamId: StreamId, id: BroadcastId): Promise<BroadcastRecord | undefined>;
  /** Newest first; of those older than `before`, if it is given. */
  listBroadcasts(streamId: StreamId, limit: number, before?: BroadcastId): Promise<BroadcastRecord[]>;
  /** Deletes a broadcast's record; a missing one is not an error. */
  deleteBroadcast(streamId: StreamId, id: BroadcastId): Promise<void>;
  /**
   * Broadcasts of all streams that have not ended, by stream id, for stream ids after `cursor`. Eventually consistent: a broadcast
   * that began or ended a moment ago may be missing or still listed.
   */
  listOpenBroadcasts(page: {
    limit: number;
    cursor?: string;
  }): Promise<{ broadcasts: BroadcastReference[]; cursor?: string }>;
}

export interface LeaseStore {
  /** `isEventual`: at half the cost; what was written a moment ago may be missing. */
  getLease(streamId: StreamId, options?: { readonly isEventual?: boolean }): Promise<LeaseRecord | undefined>;
  /**
   * Takes the lease for `workerId` with epoch + 1 (initially 1) and `released` false. `observed` is the record the taker saw, or
   * undefined if it saw none; fails unless the store still holds exactly that version. A pending request to end the broadcast
   * survives if the lease is taken for the same broadcast, and is cleared if it is taken for another.
   */
  takeLease(take: {
    streamId: StreamId;
    workerId: MemberId;
    broadcastId: BroadcastId;
    observed?: LeaseRecord;
  }): Promise<LeaseRecord>;
  /** Raises the version; fails unless `workerId` still holds `epoch` unreleased. Returns the updated record. */
  renewLease(hold: { streamId: StreamId; workerId: MemberId; epoch: number }): Promise<LeaseRecord>;
  /** Releases the lease so that the next taker need not wait. Does nothing if the lease is no longer held. */
  releaseLease(hold: { streamId: StreamId; workerId: MemberId; epoch: number }): Promise<void>;
  /** Asks the holder to end this broadcast; fails if the lease is released or belongs to another broadcast. */
  requestEnd(streamId: StreamId, broadcastId: BroadcastId): Promise<void>;
}

export interface FleetStore {
  /** Writes the member's facts and raises its version. */
  heartbeat(member: Omit<FleetMember, 'version'>): Promise<void>;
  listFleet(role: FleetRole): Promise<FleetMember[]>;
  removeMember(role: FleetRole, id: MemberId): Promise<void>;
}

/** Counts what callers do, across all programs that answer them. */
export interface QuotaStore {
  /** Counts one use in this window, and returns true, unless there have been `most`. A subject's windows only rise. */
  countUse(use: { subject: string; window: number; most: number }): Promise<boolean>;
}

/** Requests with an Idempotency-Key, and their answers, across all programs that answer callers. */
export interface IdempotencyStore {
  /** Claims a request, unless it is known and still counts at `nowMs` (Unix); then returns what is known. */
  claimRequest(claim: RequestClaim, nowMs: number): Promise<KnownRequest | undefined>;
  /** Keeps the answer; fails if `holder` does not hold the request any more. */
  answerRequest(answer: RequestAnswer): Promise<void>;
  /** Forgets the request, so that it can be claimed at once; does nothing if `holder` does not hold it any more. */
  releaseRequest(claim: Pick<RequestClaim, 'id' | 'holder'>): Promise<void>;
}

export interface BudgetStore {
  /** The newest one; it may be over or cleared (`isStopping`). */
  getBudgetStop(): Promise<BudgetStop | undefined>;
  /** Writes it with `version` + 1 if the stored one has `stop.version`, or if none is stored and that is 0; returns what it wrote. */
  putBudgetStop(stop: BudgetStop): Promise<BudgetStop>;
}

export interface StreamEventStore {
  /** Appends and numbers an event. */
  appendEvent(event: Omit<StreamEventRecord, 'sequence'>): Promise<void>;
  /** In rising order: the first `limit` after `after`; without it the last `limit`, or the last ones before `before`. Never both. */
  listEvents(
    streamId: StreamId,
    page: { after?: number; before?: number; limit: number },
  ): Promise<StreamEventRecord[]>;
}

/** One secret, from a file or Secrets Manager. All adapters pass the same contract suite. */
export interface SecretSource {
  /** Names the secret for people; never its value. */
  readonly name: string;
  /** The secret's text, at most 64 KiB. Throws `SecretUnreadableError` (code `SECRET_UNREADABLE`, with `mend`). */
  read(): Promise<string>;
  /**
   * Polls the secret and reports each text that differs from `known` and then from the last one reported. Returns a function that
   * stops the polling.
   */
  watch(known: string, handler: SecretHandler): () => void;
}

export interface SecretHandler {
  changed(text: string): void;
  /** The secret became unreadable. The caller's copy stays valid. Reported once until it can be read again. */
  failed(cause: SecretUnreadableError): void;
}

/** Publishes stream events to other systems: EventBridge, or on one machine the log or a URL. The adapters pass one contract suite. */
export interface StreamEventBus {
  /** Resolves when the bus has accepted all events. Throws `EventBusError` (code `EVENT_BUS_REFUSED`) with those it has not. */
  publish(events: readonly BusEvent[]): Promise<void>;
  /** Waits briefly for events that were accepted but not delivered yet. */
  close(): Promise<void> | void;
}
