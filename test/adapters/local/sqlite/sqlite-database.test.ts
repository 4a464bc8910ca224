import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { openSqliteDatabase } from '../../../../lib/adapters/local/sqlite/sqlite-database.ts';
import type { StreamRecord } from '../../../../lib/control-store/records.ts';
import { type MemberId, newBroadcastId, newStreamId, type StreamId } from '../../../../lib/routing/ids.ts';
import { temporaryFolder } from '../../../../testkit/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'data', 'control.sqlite');
});
afterEach(() => folder.remove());

const stream = (): StreamRecord => ({
  id: newStreamId(),
  name: 'x',
  createdAtMs: 0,
  reconnectWindowMs: 0,
  keys: [],
  version: 1,
});

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the SQLite file', () => {
  test('is made with its folder, and what is in it survives closing', async () => {
    const first = openSqliteControlStore(path);
    const record = stream();
    await first.createStream(record);
    const lease = { streamId: record.id, workerId: 'w' as MemberId, broadcastId: newBroadcastId(1) };
    const taken = await first.takeLease(lease);
    first.close();
    first.close();
    const second = openSqliteControlStore(path);
    expect(await second.getStream(record.id)).toEqual(record);
    expect(await second.takeLease({ ...lease, observed: taken })).toMatchObject({ epoch: 2 });
    second.close();
  });

  test('that cannot be written is refused with what to do', async () => {
    await writeFile(join(folder.path, 'data'), 'a file where the folder should be');
    expect(thrownBy(() => openSqliteControlStore(path))).toMatchObject({
      code: 'DATA_DIR_NOT_WRITABLE',
      message: expect.stringContaining(path),
      mend: expect.stringContaining('write permission'),
      cause: { syscall: 'mkdir' },
    });
  });

  test('that is a folder is refused the same way', () => {
    expect(thrownBy(() => openSqliteControlStore(folder.path))).toMatchObject({
      code: 'DATA_DIR_NOT_WRITABLE',
    });
  });

  test.each([
    ['no SQLite file', () => Buffer.from('this is not a database, it only looks like a file. '.repeat(100))],
    ['damaged inside', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(4096, 0xff)])],
  ])('that is %s is refused and left as it was', async (_, damage) => {
    const store = openSqliteControlStore(path);
    for (let i = 0; i < 50; i++) await store.createStream(stream());
    store.close();
    const bytes = damage(await readFile(path));
    await writeFile(path, bytes);
    expect(thrownBy(() => openSqliteControlStore(path))).toMatchObject({
      code: 'CONTROL_STORE_CORRUPT',
      mend: expect.stringContaining('backup'),
    });
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  });

  test('of a newer program is refused', () => {
    openSqliteControlStore(path).close();
    const raw = new DatabaseSync(path);
    raw.exec('PRAGMA user_version = 99');
    raw.close();
    expect(thrownBy(() => openSqliteControlStore(path))).toMatchObject({ code: 'CONTROL_STORE_TOO_NEW' });
  });

  test('is brought from an older schema to the newest, step by step, keeping what is in it', async () => {
    const steps = [
      'CREATE TABLE t (a TEXT) STRICT',
      "ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'new'",
    ];
    const old = openSqliteDatabase(path, steps.slice(0, 1));
    await old.run((prepare) => prepare("INSERT INTO t VALUES ('kept')").run());
    old.close();
    const now = openSqliteDatabase(path, steps);
    expect({ ...(await now.run((prepare) => prepare('SELECT * FROM t').get())) }).toEqual({
      a: 'kept',
      b: 'new',
    });
    now.close();
  });

  test('a schema step that fails leaves the file as it was', () => {
    openSqliteDatabase(path, ['CREATE TABLE t (a TEXT) STRICT']).close();
    const faulty = ['CREATE TABLE t (a TEXT) STRICT', 'CREATE TABLE u (a TEXT) STRICT; SELECT nonsense'];
    expect(thrownBy(() => openSqliteDatabase(path, faulty))).toMatchObject({ code: 'ERR_SQLITE_ERROR' });
    const raw = new DatabaseSync(path);
    expect(raw.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'u'").get()?.n).toBe(0);
    raw.close();
  });
});

describe('a locked SQLite file', () => {
  test('is tried again without blocking the event loop, and works once the lock is gone', async () => {
    const store = openSqliteControlStore(path);
    const holder = new DatabaseSync(path);
    holder.exec('BEGIN IMMEDIATE');
    const write = store.createStream(stream());
    // Reached while the write waits: this thread is free.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const reading = await store.listStreams({ limit: 10 });
    expect(reading.streams).toHaveLength(0);
    holder.exec('COMMIT');
    await write;
    expect((await store.listStreams({ limit: 10 })).streams).toHaveLength(1);
    holder.close();
    store.close();
  });

  test('is unavailable after a bounded number of tries, with the cause, and nothing was written', async () => {
    const store = openSqliteControlStore(path);
    const holder = new DatabaseSync(path);
    holder.exec('BEGIN IMMEDIATE');
    const event = { streamId: newStreamId(), atMs: 0, type: 't', text: '', data: {} };
    await expect(store.appendEvent(event)).rejects.toMatchObject({
      code: 'CONTROL_STORE_UNAVAILABLE',
      cause: expect.objectContaining({ code: 'ERR_SQLITE_ERROR', errcode: 5 }),
    });
    holder.exec('ROLLBACK');
    expect(await store.listEvents(event.streamId, { limit: 1 })).toEqual([]);
    await store.appendEvent(event);
    holder.close();
    store.close();
  });

  test('a closed store is unavailable', async () => {
    const store = openSqliteControlStore(path);
    await store.getStream(newStreamId());
    store.close();
    await expect(store.getStream(newStreamId())).rejects.toMatchObject({ code: 'CONTROL_STORE_UNAVAILABLE' });
  });
});

test('processes that start at once over a new file all open it, and each lease has one taker', async () => {
  const streamIds = Array.from({ length: 8 }, () => newStreamId());
  const broadcastId = newBroadcastId(1);
  const program = `
    import { openSqliteControlStore } from '${new URL('../../../../lib/adapters/local/sqlite/sqlite-control-store.ts', import.meta.url)}';
    const store = openSqliteControlStore(process.argv[1]);
    const won = [];
    for (const streamId of ${JSON.stringify(streamIds)}) {
      const take = { streamId, workerId: process.argv[2], broadcastId: '${broadcastId}' };
      await store.takeLease(take).then(() => won.push(streamId), (error) => {
        if (error.code !== 'CONDITION_FAILED') throw error;
      });
      await store.appendEvent({ streamId, atMs: 0, type: 't', text: '', data: {} });
    }
    console.log(JSON.stringify(won));
  `;
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, async (_, index) => {
      const child = spawn(
        process.execPath,
        ['--input-type=module-typescript', '--eval', program, path, `worker-${index}`],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      const [code] = await once(child, 'close');
      return { code, won: code === 0 ? (JSON.parse(output) as string[]) : [] };
    }),
  );
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(outcomes.flatMap(({ won }) => won).sort()).toEqual([...streamIds].sort());
  const store = openSqliteControlStore(path);
  for (const id of streamIds) expect(await store.listEvents(id, { limit: 10 })).toHaveLength(4);
  store.close();
});

test('a write that finds no room is said to have failed: what was answered is what is stored', async () => {
  // The shell's limit on the size of files stands for a full disk: what goes beyond it fails as it is committed.
  const program = `
    import { openSqliteControlStore } from '${new URL('../../../../lib/adapters/local/sqlite/sqlite-control-store.ts', import.meta.url)}';
    process.on('SIGXFSZ', () => {});
    const store = openSqliteControlStore(process.argv[1]);
    let { version } = await store.takeLease({ streamId: 's', workerId: 'w', broadcastId: 'b' });
    let code = 'none';
    for (let renewals = 0; renewals < 1_000 && code === 'none'; renewals++) {
      await store.renewLease({ streamId: 's', workerId: 'w', epoch: 1 }).then(
        (lease) => { version = lease.version; },
        (fault) => { code = fault.code; },
      );
    }
    console.log(JSON.stringify({ version, code }));
    process.exit(0);
  `;
  const child = spawn(
    'bash',
    [
      '-c',
      'ulimit -f 400; exec "$0" --input-type=module-typescript --eval "$1" "$2"',
      process.execPath,
      program,
      path,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  const { version, code } = JSON.parse(output) as { version: number; code: string };
  expect(code).toBe('CONTROL_STORE_UNAVAILABLE');
  const store = openSqliteControlStore(path);
  expect((await store.getLease('s' as StreamId))?.version).toBe(version);
  store.close();
});
