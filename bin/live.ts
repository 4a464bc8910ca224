// The whole platform on one machine: every program as a separate, supervised process on loopback.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { awsBackends } from '../lib/adapters/local/platform/aws-endpoint.ts';
import { folderBackends, withWebhook } from '../lib/adapters/local/platform/backends.ts';
import { readyText, trustLines } from '../lib/adapters/local/platform/console.ts';
import { ensureDataDir } from '../lib/adapters/local/platform/data-dir.ts';
import { startDemo } from '../lib/adapters/local/platform/demo.ts';
import { certifiedNames, exposureOf } from '../lib/adapters/local/platform/exposure.ts';
import { helpText } from '../lib/adapters/local/platform/help.ts';
import { withInspector } from '../lib/adapters/local/platform/inspector.ts';
import { lockDataDir } from '../lib/adapters/local/platform/lock.ts';
import { type LiveOptions, parseLiveOptions } from '../lib/adapters/local/platform/options.ts';
import { openOutput, reportFault } from '../lib/adapters/local/platform/output.ts';
import {
  bundledPrograms,
  originUrlOf,
  planProcesses,
  platformUrls,
} from '../lib/adapters/local/platform/plan.ts';
import { ProcessTable } from '../lib/adapters/local/platform/process-table.ts';
import { terminalQrCode } from '../lib/adapters/local/platform/qr-code.ts';
import { ensureSecrets, rotatePlaybackKeys } from '../lib/adapters/local/platform/secrets.ts';
import { followStart, StartProgress } from '../lib/adapters/local/platform/start-progress.ts';
import { Supervisor } from '../lib/adapters/local/platform/supervisor.ts';
import {
  assignPorts,
  checkPorts,
  freePorts,
  openPorts,
  portCount,
} from '../lib/adapters/local/platform/tcp-ports.ts';
import { findFfmpeg } from '../lib/adapters/node/ffmpeg/ffmpeg-binary.ts';
import { listenFetch } from '../lib/adapters/node/http/fetch-server.ts';
import { createLog } from '../lib/adapters/node/log.ts';
import { createProcessApi } from '../lib/control/api/processes.ts';
import { isLoopbackHost, loopbackNames } from '../lib/net/policy/loopback.ts';
import { urlHost } from '../lib/routing/host-port.ts';

const root = join(import.meta.dirname, '..');
const progress = new StartProgress(process.argv.includes('--json') ? undefined : process.stderr);
const isBundled = import.meta.filename.endsWith('.mjs');

async function main(): Promise<void> {
  const options = parseLiveOptions(process.argv.slice(2), root);
  if (options.help) {
    process.stdout.write(helpText);
    return;
  }
  if (options.rotatePlaybackKeys) {
    await ensureDataDir(options.dataDir);
    await rotatePlaybackKeys(options.dataDir);
    process.stdout.write(
      'New playback key made. It signs new links from a minute on; links in use stay valid.\n',
    );
    return;
  }
  await live(options);
}

async function live(options: LiveOptions): Promise<void> {
  progress.glance('Preparing the data folder');
  await ensureDataDir(options.dataDir);
  const unlock = await lockDataDir(options.dataDir);
  const ffmpeg = await findFfmpeg();
  const count = portCount(options);
  const numbers =
    options.portBase === 0
      ? await freePorts(count)
      : Array.from({ length: count }, (_, index) => options.portBase + index);
  const exposure = exposureOf(options, { hostname: hostname(), interfaces: networkInterfaces() });
  await checkPorts(numbers.slice(0, openPorts), exposure.listen);
  await checkPorts(numbers.slice(openPorts));
  let taken = 0;
  const ports = assignPorts(() => numbers[taken++] ?? 0, options);
  const urls = platformUrls(ports, urlHost(exposure.local));
  const called = exposure.called.map((name) => platformUrls(ports, urlHost(name)));
  const hadToken = existsSync(join(options.dataDir, 'api-token'));
  const secrets = await ensureSecrets(options.dataDir, certifiedNames(exposure));
  const kept =
    options.awsEndpoint === undefined
      ? folderBackends(options.dataDir, secrets, originUrlOf(ports))
      : await awsBackends(options.awsEndpoint, secrets, process.env);
  const backends = withWebhook(kept, options.webhook, secrets);
  const files = { ...secrets, denialsFile: join(options.dataDir, 'edge-denials.json') };
  const sources = planProcesses(ports, backends, files, { ...options, exposure });
  const planned = isBundled ? bundledPrograms(sources, join(root, 'page')) : sources;
  const { specs, inspector } = await withInspector(planned, options.inspect);
  // Without compilation, a process that died is back in half the time.
  const supervisor = new Supervisor(root, specs, {
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(options.dataDir, 'compile-cache'),
  });
  const out = openOutput(options.json);
  const emit = createLog({
    role: 'platform',
    name: 'live',
    destination: { write: (line) => out.own(JSON.parse(line)) },
  });
  const processApi = createProcessApi({
    processes: new ProcessTable(supervisor, specs),
    clock: { nowMs: () => performance.now() },
    config: {
      allowedHosts: loopbackNames(new URL(urls.processApi).host),
      allowedOrigins: loopbackNames(urls.page),
    },
    emit,
  });
  const processServer = await listenFetch({
    fetch: async (request) => processApi.fetch(request),
    host: '127.0.0.1',
    port: ports.processApi,
  });
  supervisor.on('line', out.line);
  const endProgress = followStart(progress, supervisor, specs.length);
  supervisor.on('exited', ({ name, code, signal, restartInMs }) =>
    emit('process.exited', { process: name, code, signal, restartInMs }),
  );
  supervisor.on('left', ({ name, code, signal }) => emit('process.left', { process: name, code, signal }));
  supervisor.on('restarted', ({ name, pid }) => emit('process.restarted', { process: name, pid }));

  let endWatch: (() => void) | undefined;
  let demo: Awaited<ReturnType<typeof startDemo>> | undefined;
  const stop = async (code: number): Promise<never> => {
    endProgress();
    endWatch?.();
    await demo?.stop();
    await processServer.close(0);
    await supervisor.stop();
    await unlock();
    process.exit(code);
  };
  let asked = false;
  const stopOnce = () => {
    if (asked) return;
    asked = true;
    if (!options.json) process.stderr.write('\nStopping…\n');
    void stop(0);
  };
  process.on('SIGINT', stopOnce);
  process.on('SIGTERM', stopOnce);
  process.on('SIGHUP', stopOnce);

  try {
    await supervisor.start();
    endProgress();
    if (options.demo) {
      demo = await startDemo({
        api: urls.api,
        token: isLoopbackHost(exposure.local)
          ? undefined
          : (await readFile(secrets.apiTokenFile, 'utf8')).trim(),
        rtmpUrl: urls.rtmp,
        dataDir: options.dataDir,
        ffmpeg: ffmpeg.path,
        onRestart: (code) => emit('demo.restarting', { code }),
      });
    }
  } catch (fault) {
    if (asked) return;
    endProgress();
    reportFault(fault, options.json);
    await stop(1);
  }
  if (options.watch) {
    // Loads the bundler, which nothing else here needs.
    const { watchSources } = await import('../lib/adapters/local/watch/watch.ts');
    endWatch = watchSources({ root, own: 'bin/live.ts', processes: specs, supervisor, emit });
  }
  const demoPage = demo && { streamId: demo.streamId, page: `${urls.page}/watch/${demo.streamId}` };
  if (!options.json) {
    const trust = trustLines(secrets.tlsCertFile, urls, process.platform);
    const token = (await readFile(secrets.apiTokenFile, 'utf8')).trim();
    const notice = { file: secrets.apiTokenFile, token: hadToken ? undefined : token };
    // Its link has the token, too.
    const access = exposure.ownNames && { urls: called, token, qrCode: terminalQrCode };
    const tokenNotice = access ? undefined : notice;
    process.stdout.write(`${readyText(urls, trust, demoPage, inspector, tokenNotice, access)}\n`);
  }
  emit('ready', {
    api: urls.api,
    page: urls.page,
    ingest: { rtmp: urls.rtmp, rtmps: urls.rtmps },
    edge: urls.edge,
    processApi: urls.processApi,
    ...(called.length > 0 && { called }),
    processes: supervisor.status(),
    ...(demoPage && { demo: demoPage }),
    ...(inspector && { inspector }),
  });
  out.open();
}

main().catch((fault: unknown) => {
  progress.end();
  reportFault(fault, process.argv.includes('--json'));
  process.exit(1);
});
