// The whole platform on one machine: every program as a separate, supervised process on loopback.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awsBackends } from '../lib/adapters/local/platform/aws-endpoint.ts';
import { folderBackends, withWebhook } from '../lib/adapters/local/platform/backends.ts';
import { isForPeople, lineText, readyText, trustLines } from '../lib/adapters/local/platform/console.ts';
import { startDemo } from '../lib/adapters/local/platform/demo.ts';
import { withInspector } from '../lib/adapters/local/platform/inspector.ts';
import { lockDataDir } from '../lib/adapters/local/platform/lock.ts';
import { helpText, type LiveOptions, parseLiveOptions } from '../lib/adapters/local/platform/options.ts';
import { originUrlOf, planProcesses, platformUrls } from '../lib/adapters/local/platform/plan.ts';
import { ProcessTable } from '../lib/adapters/local/platform/process-table.ts';
import { ensureSecrets, rotatePlaybackKeys } from '../lib/adapters/local/platform/secrets.ts';
import { type ProcessLine, Supervisor } from '../lib/adapters/local/platform/supervisor.ts';
import { assignPorts, checkPorts, freePorts, portCount } from '../lib/adapters/local/platform/tcp-ports.ts';
import { findFfmpeg } from '../lib/adapters/node/ffmpeg/ffmpeg-binary.ts';
import { listenFetch } from '../lib/adapters/node/http/fetch-server.ts';
import { createLog } from '../lib/adapters/node/log.ts';
import { explainFault } from '../lib/adapters/node/program.ts';
import { createProcessApi } from '../lib/control/api/processes.ts';
import { loopbackNames } from '../lib/control/policy/loopback.ts';

const root = join(import.meta.dirname, '..');

async function main(): Promise<void> {
  const options = parseLiveOptions(process.argv.slice(2), root);
  if (options.help) {
    process.stdout.write(helpText);
    return;
  }
  if (options.rotatePlaybackKeys) {
    await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
    await rotatePlaybackKeys(options.dataDir);
    process.stdout.write(
      'New playback key made. It signs new links from a minute on; links in use stay valid.\n',
    );
    return;
  }
  await live(options);
}

async function live(options: LiveOptions): Promise<void> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const unlock = await lockDataDir(options.dataDir);
  const ffmpeg = await findFfmpeg();
  const count = portCount(options);
  const numbers =
    options.portBase === 0
      ? await freePorts(count)
      : Array.from({ length: count }, (_, index) => options.portBase + index);
  await checkPorts(numbers);
  let taken = 0;
  const ports = assignPorts(() => numbers[taken++] ?? 0, options);
  const urls = platformUrls(ports);
  const hadToken = existsSync(join(options.dataDir, 'api-token'));
  const secrets = await ensureSecrets(options.dataDir);
  const kept =
    options.awsEndpoint === undefined
      ? folderBackends(options.dataDir, secrets, originUrlOf(ports))
      : await awsBackends(options.awsEndpoint, secrets, process.env);
  const backends = withWebhook(kept, options.webhook, secrets);
  const files = { ...secrets, denialsFile: join(options.dataDir, 'edge-denials.json') };
  const planned = planProcesses(ports, backends, files, options);
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
  supervisor.on('exited', ({ name, code, signal, restartInMs }) =>
    emit('process.exited', { process: name, code, signal, restartInMs }),
  );
  supervisor.on('left', ({ name, code, signal }) => emit('process.left', { process: name, code, signal }));
  supervisor.on('restarted', ({ name, pid }) => emit('process.restarted', { process: name, pid }));

  let endWatch: (() => void) | undefined;
  let demo: Awaited<ReturnType<typeof startDemo>> | undefined;
  const stop = async (code: number): Promise<never> => {
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
    if (options.demo) {
      demo = await startDemo({
        api: urls.api,
        rtmpUrl: urls.rtmp,
        dataDir: options.dataDir,
        ffmpeg: ffmpeg.path,
        onRestart: (code) => emit('demo.restarting', { code }),
      });
    }
  } catch (fault) {
    if (asked) return;
    report(fault, options.json);
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
    const token = hadToken ? undefined : await readFile(secrets.apiTokenFile, 'utf8');
    const notice = { file: secrets.apiTokenFile, token };
    process.stdout.write(`${readyText(urls, trust, demoPage, inspector, notice)}\n`);
  }
  emit('ready', {
    api: urls.api,
    page: urls.page,
    ingest: { rtmp: urls.rtmp, rtmps: urls.rtmps },
    edge: urls.edge,
    processApi: urls.processApi,
    processes: supervisor.status(),
    ...(demoPage && { demo: demoPage }),
    ...(inspector && { inspector }),
  });
  out.open();
}

/** Prints log lines: all as JSON on stdout, held back so that "ready" is the first; or only the notable ones as text. */
function openOutput(json: boolean) {
  const held: ProcessLine[] = [];
  let ready = false;
  const write = (line: ProcessLine) => {
    if (json) process.stdout.write(`${JSON.stringify(line)}\n`);
    else if (line.event !== 'ready' && isForPeople(line))
      process.stderr.write(`${lineText(line, new Date())}\n`);
  };
  const line = (one: ProcessLine) => {
    if (ready) write(one);
    else held.push(one);
  };
  return {
    line,
    own: (one: ProcessLine) => (one.event === 'ready' ? write(one) : line(one)),
    open() {
      ready = true;
      for (const one of held.splice(0)) write(one);
    },
  };
}

function report(fault: unknown, json: boolean): void {
  const { code, reason, mend } = explainFault(fault);
  if (json) process.stdout.write(`${JSON.stringify({ event: 'failed', code, reason, mend })}\n`);
  process.stderr.write(`headwater: ${reason}${mend === undefined ? '' : ` ${mend}`}\n`);
}

main().catch((fault: unknown) => {
  report(fault, process.argv.includes('--json'));
  process.exit(1);
});
