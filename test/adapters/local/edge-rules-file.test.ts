import { once } from 'node:events';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { edgeRulesFile, readEdgeRules } from '../../../lib/adapters/local/edge-rules-file.ts';
import { watchEdgeRules } from '../../../lib/adapters/local/edge-rules-watch.ts';
import type { EdgeRules } from '../../../lib/edge/policy/access/playback.ts';
import { base36Ms } from '../../../lib/edge/policy/access/playback-token.ts';
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
    const denials = edgeRulesFile({ path });
    const paths = Array.from({ length: 20 }, (_, number) => `local/${number}`);
    await Promise.all(paths.flatMap((each) => [denials.deny(each), denials.deny(each)]));
    await Promise.all(paths.slice(5).map((each) => denials.allow(each)));
    expect([...(await readEdgeRules(path)).denied].toSorted()).toEqual(paths.slice(0, 5).toSorted());
    expect(await denials.isDenied('local/3')).toBe(true);
    expect(await denials.isDenied('local/7')).toBe(false);
    expect(await readdir(folder.path)).toEqual(['edge-denials.json']);
  });

  test('keeps nothing of what is forgotten, and all of the others', async () => {
    const rules = edgeRulesFile({ path });
    for (const each of ['local/a', 'local/b']) {
      await rules.deny(each);
      await rules.setPlayback(each, { mode: 'signed' });
    }
    await rules.forget('local/a');
    const { denied, playback } = await readEdgeRules(path);
    expect([[...denied], [...playback]]).toEqual([['local/b'], [['local/b', 'signed']]]);
  });

  test('is kept across a restart of whoever writes it', async () => {
    await edgeRulesFile({ path }).deny('local/a');
    await edgeRulesFile({ path }).deny('local/b');
    expect((await readEdgeRules(path)).denied).toEqual(new Set(['local/a', 'local/b']));
  });

  test('is not written over where it cannot be read: others are denied in it', async () => {
    await writeFile(path, '{"denied": ["local/a"');
    const denials = edgeRulesFile({ path });
    await expect(denials.deny('local/b')).rejects.toMatchObject({
      code: 'EDGE_RULES_UNREADABLE',
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
    const denials = edgeRulesFile({ path, edgeUrl });
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
    const denials = edgeRulesFile({ path, edgeUrl });
    await denials.deny('local/a');
    await expect(denials.isDenied('local/a')).rejects.toThrow(/edge did not respond/);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    expect(await denials.isDenied('local/a')).toBe(true);
    await denials.allow('local/a');
    expect(await denials.isDenied('local/a')).toBe(false);
  });
});

describe('who may watch, in the same file', () => {
  const session = (expiresMs: number) => `${base36Ms(expiresMs)}abcdefghjkmn`;

  test('is each stream’s last setting, beside what is denied', async () => {
    const rules = edgeRulesFile({ path });
    await Promise.all([
      rules.setPlayback('local/a', { mode: 'signed' }),
      rules.deny('local/a'),
      rules.setPlayback('local/b', { mode: 'signed', notBeforeMs: 7 }),
      rules.setPlayback('local/a', { mode: 'public' }),
    ]);
    const { denied, playback } = await readEdgeRules(path);
    expect([...denied]).toEqual(['local/a']);
    expect(Object.fromEntries(playback)).toEqual({ 'local/a': 'public', 'local/b': 'signed; since 7' });
  });

  test('has revoked sessions for as long as their tokens would be valid', async () => {
    let nowMs = 1_000;
    const rules = edgeRulesFile({ path, wallMs: () => nowMs });
    await rules.revoke('local/a', session(2_000));
    await rules.revoke('local/a', session(3_000));
    await rules.revoke('local/a', session(3_000));
    expect((await readEdgeRules(path)).revoked.size).toBe(2);
    nowMs = 2_000;
    await rules.setPlayback('local/b', { mode: 'signed' });
    expect([...(await readEdgeRules(path)).revoked]).toEqual([`local/a/${session(3_000)}`]);
  });

  test('denies what an older version denied', async () => {
    await writeFile(path, '{"denied": ["local/a"]}');
    await edgeRulesFile({ path }).setPlayback('local/b', { mode: 'signed' });
    const { denied, playback } = await readEdgeRules(path);
    expect([[...denied], [...playback.keys()]]).toEqual([['local/a'], ['local/b']]);
  });
});

/** What an edge is told, as it comes. */
class Watched extends Changing {
  readonly told: string[][] = [];
  readonly faults: unknown[] = [];

  async start(): Promise<void> {
    const changed = ({ denied }: EdgeRules) => {
      this.told.push([...denied]);
      this.changed();
    };
    const failed = (cause: unknown) => {
      this.faults.push(cause);
      this.changed();
    };
    ends.push(await watchEdgeRules({ path, changed, failed, everyMs: 5 }));
  }
}

describe('an edge that watches the file', () => {
  test('knows what is denied before it begins, and each change of it', async () => {
    const denials = edgeRulesFile({ path });
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
    await edgeRulesFile({ path }).deny('local/a');
    await watched.until(() => watched.told.length === 2);
    expect(watched.told.at(-1)).toEqual(['local/a']);
  });

  test('denies on what it knew where the file cannot be read or is gone, says so once, and goes on after', async () => {
    const denials = edgeRulesFile({ path });
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
    const denials = edgeRulesFile({ path });
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
    await expect(new Watched().start()).rejects.toMatchObject({ code: 'EDGE_RULES_UNREADABLE' });
  });
});
