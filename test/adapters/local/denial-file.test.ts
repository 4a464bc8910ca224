import { once } from 'node:events';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { denialFile, readDenials } from '../../../lib/adapters/local/denial-file.ts';
import { watchDenials } from '../../../lib/adapters/local/denial-watch.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';
import { Changing } from '../../../testkit/until.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'edge-denials.json');
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await folder.remove();
});

describe('the file of denials', () => {
  test('has what is denied, whatever is denied and allowed at the same time, and nothing of it twice', async () => {
    const denials = denialFile({ path });
    const paths = Array.from({ length: 20 }, (_, number) => `local/${number}`);
    await Promise.all(paths.flatMap((each) => [denials.deny(each), denials.deny(each)]));
    await Promise.all(paths.slice(5).map((each) => denials.allow(each)));
    expect([...(await readDenials(path))].toSorted()).toEqual(paths.slice(0, 5).toSorted());
    expect(await denials.isDenied('local/3')).toBe(true);
    expect(await denials.isDenied('local/7')).toBe(false);
    expect(await readdir(folder.path)).toEqual(['edge-denials.json']);
  });

  test('is kept across a restart of whoever writes it', async () => {
    await denialFile({ path }).deny('local/a');
    await denialFile({ path }).deny('local/b');
    expect(await readDenials(path)).toEqual(new Set(['local/a', 'local/b']));
  });

  test('is not written over where it cannot be read: others are denied in it', async () => {
    await writeFile(path, '{"denied": ["local/a"');
    const denials = denialFile({ path });
    await expect(denials.deny('local/b')).rejects.toMatchObject({
      code: 'DENIAL_FILE_UNREADABLE',
      mend: expect.stringContaining(path),
    });
    // One failure does not stand in the way of the next try.
    await rm(path);
    await denials.deny('local/b');
    expect(await denials.isDenied('local/b')).toBe(true);
  });

  test('counts as denied what the edge denies, and as allowed what it delivers', async () => {
    let status = 200;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    ends.push(() => server.close().closeAllConnections());
    await once(server, 'listening');
    const edgeUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const denials = denialFile({ path, edgeUrl });
    await denials.deny('local/a');
    expect(await denials.isDenied('local/a')).toBe(false);
    status = 410;
    expect(await denials.isDenied('local/a')).toBe(true);
    await denials.allow('local/a');
    expect(await denials.isDenied('local/a')).toBe(true);
    status = 404;
    expect(await denials.isDenied('local/a')).toBe(false);
    expect(new Set(asked)).toEqual(new Set(['HEAD /local/a/index.m3u8']));
  });

  test('is what counts while the edge does not run, and an edge that says nothing is not believed', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const edgeUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const denials = denialFile({ path, edgeUrl });
    await denials.deny('local/a');
    await expect(denials.isDenied('local/a')).rejects.toThrow(/edge did not respond/);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    expect(await denials.isDenied('local/a')).toBe(true);
    await denials.allow('local/a');
    expect(await denials.isDenied('local/a')).toBe(false);
  });
});

/** What an edge is told, as it comes. */
class Watched extends Changing {
  readonly told: string[][] = [];
  readonly faults: unknown[] = [];

  async start(): Promise<void> {
    const changed = (denied: ReadonlySet<string>) => {
      this.told.push([...denied]);
      this.changed();
    };
    const failed = (cause: unknown) => {
      this.faults.push(cause);
      this.changed();
    };
    ends.push(await watchDenials({ path, changed, failed, everyMs: 5 }));
  }
}

describe('an edge that watches the file', () => {
  test('knows what is denied before it begins, and each change of it', async () => {
    const denials = denialFile({ path });
    await denials.deny('local/a');
    const watched = new Watched();
    await watched.start();
    expect(watched.told).toEqual([['local/a']]);
    await denials.deny('local/b');
    await watched.until(() => watched.told.length === 2);
    await denials.allow('local/a');
    await watched.until(() => watched.told.length === 3);
    expect(watched.told.slice(1)).toEqual([['local/a', 'local/b'], ['local/b']]);
  });

  test('denies nothing where there is no file yet, and follows it from its first line on', async () => {
    const watched = new Watched();
    await watched.start();
    expect(watched.told).toEqual([[]]);
    await denialFile({ path }).deny('local/a');
    await watched.until(() => watched.told.length === 2);
    expect(watched.told.at(-1)).toEqual(['local/a']);
  });

  test('denies on what it knew where the file cannot be read or is gone, says so once, and goes on after', async () => {
    const denials = denialFile({ path });
    await denials.deny('local/a');
    const watched = new Watched();
    await watched.start();
    await writeFile(`${path}.bad`, 'no JSON');
    await rename(`${path}.bad`, path);
    await watched.until(() => watched.faults.length > 0);
    await rm(path);
    await denials.deny('local/b');
    await watched.until(() => watched.told.length > 1);
    expect(watched.told).toEqual([['local/a'], ['local/b']]);
    expect(watched.faults).toHaveLength(1);
  });

  test('lets nothing out because the file is taken away just as it is read', async () => {
    const denials = denialFile({ path });
    await denials.deny('local/a');
    const watched = new Watched();
    await watched.start();
    for (let round = 0; round < 300; round++) {
      await rm(path);
      await denials.deny('local/a');
    }
    expect(watched.told.filter((denied) => denied.length === 0)).toEqual([]);
  });

  test('does not begin where it cannot know what is denied', async () => {
    await writeFile(path, '[]');
    await expect(new Watched().start()).rejects.toMatchObject({ code: 'DENIAL_FILE_UNREADABLE' });
  });
});
