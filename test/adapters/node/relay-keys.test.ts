import { expect, test } from '@jest/globals';
import { loadRelayKeys } from '../../../lib/adapters/node/relay-keys.ts';
import type { SecretHandler } from '../../../lib/control-store/ports.ts';

const key = (name: string) => name.padEnd(32, '.');

test('relay keys follow their secret; an unusable one changes nothing, and no message quotes it', async () => {
  let handler: SecretHandler | undefined;
  const told: object[] = [];
  const keys = await loadRelayKeys(
    {
      name: 'relay-keys',
      read: async () => key('first'),
      watch: (_known, given) => {
        handler = given;
        return () => told.push({ closed: true });
      },
    },
    { loaded: (about) => told.push(about), rejected: ({ cause }) => told.push({ message: cause.message }) },
  );
  expect(keys.current()).toEqual([key('first')]);
  handler?.changed('half a secret');
  expect(keys.current()).toEqual([key('first')]);
  handler?.changed(`${key('second')}\n${key('first')}\n`);
  expect(keys.current()).toEqual([key('second'), key('first')]);
  keys.close();
  expect(told).toEqual([
    { message: 'The secret relay-keys has no relay keys.' },
    { source: 'relay-keys', keys: 2 },
    { closed: true },
  ]);
});

test('a secret without keys keeps a program from starting', async () => {
  const source = { name: 'relay-keys', read: async () => 'short', watch: () => () => {} };
  const handler = { loaded: () => {}, rejected: () => {} };
  await expect(loadRelayKeys(source, handler)).rejects.toMatchObject({
    code: 'SECRET_UNREADABLE',
    mend: expect.stringContaining('HEADWATER_RELAY_KEYS'),
  });
});
