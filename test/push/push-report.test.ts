import { describe, expect, test } from '@jest/globals';
import type { StreamDocument } from '../../lib/control-store/documents.ts';
import { ConditionFailedError } from '../../lib/control-store/errors.ts';
import type { PushStore } from '../../lib/push/ports.ts';
import { PushReport } from '../../lib/push/push-report.ts';
import type { MemberId, SessionId, StreamId } from '../../lib/routing/ids.ts';

const streamId = '0123456789abcdef' as StreamId;

/** The one document and the journal, in memory. */
class Store implements PushStore {
  document: StreamDocument<'pushes'> | undefined;
  readonly lines: string[] = [];
  writes = 0;
  fault: Error | undefined;
  /** The answer to the next write is lost. */
  loseAnswer = false;

  getStream = async () => undefined;
  getLease = async () => undefined;
  async getDocument() {
    if (this.fault) throw this.fault;
    return this.document as never;
  }
  async putDocument(document: StreamDocument) {
    if (this.fault) throw this.fault;
    if ((this.document?.version ?? 0) !== document.version) throw new ConditionFailedError('overtaken');
    this.writes++;
    this.document = { ...document, version: document.version + 1 } as StreamDocument<'pushes'>;
    if (this.loseAnswer) {
      this.loseAnswer = false;
      throw new Error('no answer');
    }
    return this.document as never;
  }
  async appendEvent({ type }: { type: string }) {
    if (this.fault) throw this.fault;
    this.lines.push(type);
  }
}

function setUp(store = new Store(), session = 's1') {
  const clock = { nowMs: 0 };
  const faults: unknown[] = [];
  const report = new PushReport({
    store,
    clock: { nowMs: () => clock.nowMs, wallMs: () => 1_000_000 + clock.nowMs, random: () => 0.5 },
    streamId,
    sessionId: session as SessionId,
    proxyId: 'ingest-1' as MemberId,
    onFault: (cause) => faults.push(cause),
  });
  /** Lets `ms` pass in ticks of a quarter of a second. */
  const pass = async (ms: number) => {
    for (const endMs = clock.nowMs + ms; clock.nowMs < endMs; clock.nowMs += 250) {
      report.tick();
      await new Promise(setImmediate);
    }
  };
  return { store, report, pass, faults };
}

const live = [{ id: 'd1', state: 'live', sinceMs: 1 }] as const;
const waiting = [{ id: 'd1', state: 'waiting', sinceMs: 2, detail: 'down' }] as const;

describe('the report on pushes', () => {
  test('is written at most once a second, and is the newest', async () => {
    const { store, report, pass } = setUp();
    for (let round = 0; round < 12; round++) {
      report.update(round % 2 === 0 ? live : waiting);
      await pass(250);
    }
    expect(store.writes).toBe(3);
    await pass(1_000);
    expect(store.document?.body).toMatchObject({
      proxyId: 'ingest-1',
      sessionId: 's1',
      destinations: waiting,
    });
    const { writes } = store;
    await pass(5_000);
    expect(store.writes).toBe(writes);
    expect(report.settled).toBe(true);
  });

  test('waits while the store is down, logs so once, and then is written in order', async () => {
    const { store, report, pass, faults } = setUp();
    store.fault = new Error('down');
    report.update(live);
    report.append('simulcast.live', { destination: 'there', tookMs: 1 });
    report.append('simulcast.ended', { destination: 'there', sentMs: 1 });
    await pass(5_000);
    expect(faults).toHaveLength(1);
    expect(report.unwritten).toMatchObject({ events: 2, cause: store.fault });
    store.fault = undefined;
    await pass(2_000);
    expect(store.lines).toEqual(['simulcast.live', 'simulcast.ended']);
    expect(store.document?.body.destinations).toEqual(live);
  });

  test('keeps at most fifty entries, and counts those that it dropped', async () => {
    const { store, report, pass } = setUp();
    store.fault = new Error('down');
    for (let index = 0; index < 60; index++)
      report.append('simulcast.ended', { destination: 'there', sentMs: index });
    expect(report.unwritten.events).toBe(60);
    store.fault = undefined;
    await pass(2_000);
    expect(store.lines).toHaveLength(50);
    expect(report.unwritten.events).toBe(10);
  });

  test('is superseded by a newer session, and the older one writes nothing from then on', async () => {
    const store = new Store();
    const older = setUp(store, 's1');
    older.report.update(live);
    await older.pass(1_000);
    const newer = setUp(store, 's2');
    newer.report.update(waiting);
    await newer.pass(1_000);
    expect(store.document?.body.sessionId).toBe('s2');
    older.report.update([{ id: 'd1', state: 'ended', sinceMs: 3 }]);
    older.report.append('simulcast.ended', { destination: 'there', sentMs: 1 });
    await older.pass(3_000);
    expect(store.document?.body).toMatchObject({ sessionId: 's2', destinations: waiting });
    expect(store.lines).toEqual([]);
    expect(older.report.settled).toBe(true);
  });

  test('continues after a write whose response was lost', async () => {
    const { store, report, pass } = setUp();
    report.update(live);
    await pass(1_000);
    store.loseAnswer = true;
    report.update(waiting);
    await pass(1_000);
    report.update(live);
    await pass(4_000);
    expect(store.document?.body.destinations).toEqual(live);
    expect(report.settled).toBe(true);
  });

  test('does not recreate the document of a deleted stream', async () => {
    const { store, report, pass } = setUp();
    report.update(live);
    await pass(1_000);
    store.document = undefined;
    report.update(waiting);
    await pass(4_000);
    expect(store.document).toBeUndefined();
    expect(report.settled).toBe(true);
  });
});
