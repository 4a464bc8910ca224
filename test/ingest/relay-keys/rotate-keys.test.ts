import { expect, test } from '@jest/globals';
import { type RelayKeyVersions, rotateRelayKeys } from '../../../lib/ingest/relay-keys/rotate-keys.ts';

const key = (name: string) => name.padEnd(32, '.');
const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

/** Secrets Manager's versions in memory. */
class Versions implements RelayKeyVersions {
  readonly texts = new Map<string, string>();
  inUse: string;

  constructor(text: string) {
    this.inUse = 'v0';
    this.texts.set('v0', text);
  }

  current = async () => this.texts.get(this.inUse)!;
  pending = async (version: string) => this.texts.get(version);
  addPending = async (version: string, text: string) => void this.texts.set(version, text);
  promote = async (version: string) => {
    this.inUse = version;
  };
}

test('each rotation adds a key and keeps the one before it, also when steps are repeated', async () => {
  const versions = new Versions(key('first'));
  let made = 0;
  for (const ClientRequestToken of ['v1', 'v2']) {
    for (const Step of steps.flatMap((step) => [step, step]))
      await rotateRelayKeys(versions, { ClientRequestToken, Step }, () => key(`fresh${++made}`));
  }
  expect(made).toBe(2);
  expect(versions.texts.get('v1')).toBe(`${key('fresh1')}\n${key('first')}\n`);
  expect(await versions.current()).toBe(`${key('fresh2')}\n${key('fresh1')}\n`);
});

test('a secret that programs could not use is not put into use', async () => {
  const versions = new Versions(key('first'));
  versions.texts.set('v1', 'short');
  const request = { ClientRequestToken: 'v1', Step: 'testSecret' };
  await expect(rotateRelayKeys(versions, request, () => '')).rejects.toMatchObject({
    code: 'RELAY_KEYS_UNUSABLE',
  });
  const broken = new Versions('a secret of something else');
  const create = rotateRelayKeys(broken, { ...request, Step: 'createSecret' }, () => key('x'));
  await expect(create).rejects.toThrow(/^(?!.*something).*$/);
});
