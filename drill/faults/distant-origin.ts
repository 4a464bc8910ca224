// `npm run live -- --json` with one difference: workers and the shield reach the origin at another address, `--origin URL`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderBackends } from '../../lib/adapters/local/platform/backends.ts';
import { planProcesses, platformUrls } from '../../lib/adapters/local/platform/plan.ts';
import { ensureSecrets } from '../../lib/adapters/local/platform/secrets.ts';
import { type ProcessSpec, Supervisor } from '../../lib/adapters/local/platform/supervisor.ts';
import { assignPorts, freePorts, portCount } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { edgeCodec } from '../../lib/config/programs/edge.ts';

const { values } = parseArgs({
  options: {
    origin: { type: 'string', default: '' },
    'data-dir': { type: 'string', default: '' },
    workers: { type: 'string', default: '2' },
    proxies: { type: 'string', default: '2' },
    'port-base': { type: 'string' },
    json: { type: 'boolean' },
  },
});
const { origin, 'data-dir': dataDir } = values;
const fleets = { workers: Number(values.workers), proxies: Number(values.proxies) };

const numbers = await freePorts(portCount(fleets));
const ports = assignPorts(() => numbers.pop() ?? 0, fleets);
const urls = platformUrls(ports);
await mkdir(dataDir, { recursive: true });
const secrets = await ensureSecrets(dataDir);
const backends = folderBackends(dataDir, secrets, origin as `http://${string}`);
const specs = planProcesses(ports, backends, {
  ...secrets,
  denialsFile: join(dataDir, 'edge-denials.json'),
}).map(
  (spec): ProcessSpec =>
    spec.role === 'shield'
      ? { ...spec, env: edgeCodec.encode({ ...edgeCodec.decode(spec.env), upstreamUrl: origin }) }
      : spec,
);
const supervisor = new Supervisor(join(import.meta.dirname, '..', '..'), specs);

let ready = false;
const held: object[] = [];
const say = (line: object): void => {
  if (ready) process.stdout.write(`${JSON.stringify(line)}\n`);
  else held.push(line);
};
supervisor.on('line', say);
supervisor.on('exited', ({ name, code, signal }) =>
  say({ event: 'process.exited', time: Date.now(), process: name, code, signal }),
);
supervisor.on('restarted', ({ name }) =>
  say({ event: 'process.restarted', time: Date.now(), process: name }),
);
process.once('SIGINT', () => void supervisor.stop().then(() => process.exit(0)));

await supervisor.start();
ready = true;
const { api, page, edge, rtmp, rtmps } = urls;
say({ event: 'ready', api, page, edge, ingest: { rtmp, rtmps }, processes: supervisor.status() });
for (const line of held) say(line);
