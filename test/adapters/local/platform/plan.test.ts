import { expect, test } from '@jest/globals';
import { folderBackends } from '../../../../lib/adapters/local/platform/backends.ts';
import { type Exposure, exposureOf, onlyHere } from '../../../../lib/adapters/local/platform/exposure.ts';
import { originUrlOf, planProcesses } from '../../../../lib/adapters/local/platform/plan.ts';
import { assignPorts } from '../../../../lib/adapters/local/platform/tcp-ports.ts';
import { controlCodec } from '../../../../lib/config/programs/control.ts';
import { pageCodec } from '../../../../lib/config/programs/page.ts';

const machine = { hostname: 'studio', interfaces: {} };
const exposed = (host: string, publicHost?: string) => exposureOf({ host, publicHost }, machine);

function planned(exposure: Exposure) {
  let port = 10_000;
  const ports = assignPorts(() => port++, { proxies: 1, workers: 1 });
  const file = '/data/secret';
  const secrets = {
    ...{ originTokenFile: file, apiTokenFile: file, tierTokenFile: file, playbackKeysFile: file },
    ...{ keyPepperFile: file, relayKeysFile: file, webhookSecretFile: file },
    ...{ tlsCertFile: file, tlsKeyFile: file, tlsRsaCertFile: file, tlsRsaKeyFile: file },
  };
  const backends = folderBackends('/data', secrets, originUrlOf(ports));
  const specs = planProcesses(ports, backends, { ...secrets, denialsFile: file }, { exposure });
  const envOf = (role: string) => specs.find((spec) => spec.role === role)?.env ?? {};
  return {
    ports,
    page: pageCodec.decode(envOf('page')),
    control: controlCodec.decode(envOf('control')),
  };
}

test.each([
  ['this machine alone', onlyHere, '127.0.0.1'],
  ['all its addresses', exposed('0.0.0.0'), '127.0.0.1'],
  ['one of its addresses', exposed('192.168.1.5'), '192.168.1.5'],
  ['all, under a name that only others know', exposed('0.0.0.0', 'live.home'), '127.0.0.1'],
])('programs that listen on %s find each other where they listen', (_, exposure, at) => {
  const { ports, page, control } = planned(exposure);
  // What link previews say, and who watches.
  expect(page.cardsBaseUrl).toBe(`http://${at}:${ports.api}`);
  expect(control.edgeUrl).toBe(`http://${at}:${ports.edge}`);
  expect(control.host).toBe(exposure.listen);
});

test('viewers are told the name that others know', () => {
  const { ports, control } = planned(exposed('0.0.0.0', 'live.home'));
  expect(control.playbackBaseUrl).toBe(`http://live.home:${ports.edge}`);
});
