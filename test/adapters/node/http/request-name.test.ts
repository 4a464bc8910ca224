import { setImmediate as later } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { RequestName } from '../../../../lib/adapters/node/http/request-name.ts';

const config = { edge: 'http://127.0.0.1:8442', ingest: 'rtmp://127.0.0.1:8443/live', region: 'local' };

test('each answer has the name that its request used, also where two are made at the same time', async () => {
  const called = new RequestName(['studio.local']);
  const followed = called.follow(config, ['edge', 'ingest']);
  const answer = (host: string | undefined) =>
    called.run(host, async () => {
      await later();
      return { ...followed };
    });
  expect(
    await Promise.all([answer('192.168.1.5:8441'), answer('Studio.local'), answer('evil.example')]),
  ).toEqual([
    { edge: 'http://192.168.1.5:8442', ingest: 'rtmp://192.168.1.5:8443/live', region: 'local' },
    { edge: 'http://studio.local:8442', ingest: 'rtmp://studio.local:8443/live', region: 'local' },
    config,
  ]);
  expect(await answer(undefined)).toEqual(config);
  expect(followed).toEqual(config);
});
