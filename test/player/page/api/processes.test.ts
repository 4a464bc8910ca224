import { expect, test } from '@jest/globals';
import { createProcessApi } from '../../../../lib/control/api/processes.ts';
import { faultWords } from '../../../../lib/player/page/api/client.ts';
import { createProcessClient } from '../../../../lib/player/page/api/processes.ts';

/** The page's client in front of the supervisor's real API, in memory. */
test('the page lists processes, stops one by name, and shows a refusal in the API’s own words', async () => {
  const told: string[] = [];
  const api = createProcessApi({
    processes: {
      list: () => [{ role: 'encoder', name: 'encoder-1', pid: 42, state: 'up', restarts: 0 }],
      kill: (name) => told.push(`kill ${name}`) > 0,
      drain: () => false,
    },
    clock: { nowMs: () => 0 },
    config: { allowedHosts: undefined, allowedOrigins: [] },
    emit: () => {},
  });
  const client = createProcessClient('http://127.0.0.1:8448', async (url, init) =>
    api.request(String(url), init),
  );
  expect(await client.list()).toEqual([
    { role: 'encoder', name: 'encoder-1', pid: 42, state: 'up', restarts: 0 },
  ]);
  await client.stop('encoder-1', 'kill');
  expect(told).toEqual(['kill encoder-1']);
  const refusal = await client.stop('encoder-1', 'drain').catch((fault: unknown) => fault);
  expect(faultWords(refusal)).toBe('encoder-1 is restarting. Wait until it is up.');
  await expect(client.stop('../encoder-1', 'kill')).rejects.toMatchObject({ status: 404 });
});
