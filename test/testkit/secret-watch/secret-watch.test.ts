import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ensureSecrets } from '../../../lib/adapters/local/platform/secrets.ts';
import { newStreamId } from '../../../lib/routing/ids.ts';
import { formatStreamKey, newStreamKey } from '../../../lib/routing/stream-key.ts';
import { lookIntoFolder, secretsIn } from '../../../testkit/secret-watch/data-folder.ts';
import { lookAtAnswers, lookAtProcesses } from '../../../testkit/secret-watch/running.ts';
import { registerSecret } from '../../../testkit/secret-watch/secret-kinds.ts';
import { SecretLeakError, SecretWatch } from '../../../testkit/secret-watch/secret-watch.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';
import { token } from '../../edge/policy/access/playback-vectors.ts';

const secret = 'hunter2-hunter2-hunter2';
const key = formatStreamKey(newStreamKey(newStreamId()));

function placesIn(watch: SecretWatch): string[] {
  try {
    watch.check();
    return [];
  } catch (fault) {
    if (!(fault instanceof SecretLeakError)) throw fault;
    expect(fault.message).not.toContain(secret);
    expect(fault.message).not.toContain(key);
    return fault.leaks.map(({ kind, place }) => `${kind} in ${place}`);
  }
}

describe('the secret watch', () => {
  test.each([
    ['as it is', `x=${secret};`],
    ['in a URL', `/watch?key=${encodeURIComponent('hunter2/hunter2 hunter2')}`],
    ['in Base64', Buffer.from(`${secret}`).toString('base64')],
  ])('finds a secret %s', (_, text) => {
    const watch = new SecretWatch(
      new Map([
        [secret, 'token'],
        ['hunter2/hunter2 hunter2', 'token'],
      ]),
    );
    watch.look('a log event', text);
    expect(placesIn(watch)).toEqual(['token in a log event']);
  });

  test.each([
    ['stream key', `rtmp://127.0.0.1/live/${key}`],
    ['playback token', `/local/~${token()}/0123456789abcdeu/index.m3u8`],
    ['webhook secret', `whsec_${'a'.repeat(44)}`],
    ['private key', '{"key":"-----BEGIN PRIVATE KEY-----\\n'],
  ])('knows a %s by its form', (kind, text) => {
    const watch = new SecretWatch(new Map());
    watch.look('an error', text);
    expect(placesIn(watch)).toEqual([`${kind} in an error`]);
  });

  test('says nothing where nothing is', () => {
    const watch = new SecretWatch(new Map([[secret, 'token']]));
    watch.look('a log event', `${key.slice(0, 16)} hunter2`);
    expect(placesIn(watch)).toEqual([]);
  });

  test('refuses secrets so short that they would be found by chance', () => {
    expect(() => registerSecret('token', 'short')).toThrow(RangeError);
  });
});

describe('in a data folder', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  test('every file that only its owner can read is a secret, and may have it', async () => {
    await ensureSecrets(folder.path);
    await writeFile(join(folder.path, 'edge-denials.json'), '{"denied":["local/0123456789abcdef"]}', {
      mode: 0o600,
    });
    const secrets = await secretsIn(folder.path);
    expect(new Set(secrets.values())).toEqual(
      new Set([
        'api-token',
        'key-pepper',
        'origin-token',
        'playback-keys',
        'relay-keys',
        'rtmps-key.pem',
        'rtmps-rsa-key.pem',
        'tier-token',
        'webhook-secret',
      ]),
    );
    const watch = new SecretWatch(secrets);
    await lookIntoFolder(watch, folder.path);
    expect(placesIn(watch)).toEqual([]);
  });

  test('a secret in a table, an object, or a name is found', async () => {
    await writeFile(join(folder.path, 'token'), secret, { mode: 0o600 });
    const database = new DatabaseSync(join(folder.path, 'control.sqlite'));
    database.exec(`CREATE TABLE journal (text TEXT); INSERT INTO journal VALUES ('the token is ${secret}')`);
    database.close();
    await mkdir(join(folder.path, 'origin', secret), { recursive: true });
    await writeFile(join(folder.path, 'origin', 'a.m3u8'), `#EXTM3U\n${secret}.m4s\n`);
    const watch = new SecretWatch(await secretsIn(folder.path));
    await lookIntoFolder(watch, folder.path);
    expect(placesIn(watch).sort()).toEqual([
      'token in data folder: control.sqlite',
      'token in data folder: origin/a.m3u8',
      'token in the name of a file in the data folder',
    ]);
  });
});

describe('at a running platform', () => {
  test('a key in a journal or in metrics is found', async () => {
    const server = createServer(({ url = '' }, response) => {
      if (url.startsWith('/v1/streams?')) response.end('{"streams":[{"id":"s"}]}');
      else
        response.end(url.includes('/events') || url === '/_metrics' ? JSON.stringify({ text: key }) : '{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const watch = new SecretWatch(new Map());
    await lookAtAnswers(watch, { api: address, edge: address });
    server.closeAllConnections();
    server.close();
    expect(placesIn(watch)).toEqual(['stream key in /v1/streams/s/events', 'stream key in /_metrics']);
  });

  test('a key on a command line or in an environment is found', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'leaky.js', key], {
      env: { TOKEN: secret },
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    const watch = new SecretWatch(new Map([[secret, 'token']]));
    await lookAtProcesses(watch, process.pid);
    child.kill();
    await once(child, 'close');
    expect(placesIn(watch).sort()).toEqual([
      'stream key in the command line of leaky.js',
      'token in the environment of leaky.js',
    ]);
  });
});
