import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { withInspector } from '../../../../lib/adapters/local/platform/inspector.ts';
import { freePorts } from '../../../../lib/adapters/local/platform/tcp-ports.ts';

const spec = (name: string) => ({ role: 'encoder', name, program: 'one.ts', env: {}, port: 1, stopOrder: 0 });
const specs = [spec('encoder-1'), spec('encoder-2')];

describe('--inspect', () => {
  test('opens the inspector of one process, on loopback', async () => {
    const planned = await withInspector(specs, 'encoder-2');
    expect(planned.inspector).toMatchObject({
      process: 'encoder-2',
      at: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    expect(planned.specs).toEqual([
      specs[0],
      { ...specs[1], nodeFlags: [`--inspect=${planned.inspector?.at}`] },
    ]);
  });

  test('takes another port if the usual one is in use', async () => {
    const [port = 0] = await freePorts(1);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const { inspector } = await withInspector(specs, 'encoder-1', port);
    server.close();
    expect(inspector?.at).not.toBe(`127.0.0.1:${port}`);
    expect((await withInspector(specs, 'encoder-1', port)).inspector?.at).toBe(`127.0.0.1:${port}`);
  });

  test('a name that no process has is answered with those there are', async () => {
    await expect(withInspector(specs, 'encoder')).rejects.toThrow(
      "--inspect takes one of encoder-1, encoder-2, not 'encoder'",
    );
    expect(await withInspector(specs, undefined)).toEqual({ specs });
  });
});
