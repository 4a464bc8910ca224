import { rtmpApp } from '../../../config/names.ts';
import { controlCodec } from '../../../config/programs/control.ts';
import { edgeCodec } from '../../../config/programs/edge.ts';
import { encoderWorkerCodec } from '../../../config/programs/encoder-worker.ts';
import { ingestProxyCodec } from '../../../config/programs/ingest-proxy.ts';
import { originCodec } from '../../../config/programs/origin.ts';
import { pageCodec } from '../../../config/programs/page.ts';
import { popCodec } from '../../../config/programs/pop.ts';
import { urlHost } from '../../../routing/host-port.ts';
import type { MemberId } from '../../../routing/ids.ts';
import type { PlatformBackends } from './backends.ts';
import { calledFirst, type Exposure, onlyHere } from './exposure.ts';
import type { LiveOptions } from './options.ts';
import type { ProcessSpec } from './supervisor.ts';
import type { PlatformPorts } from './tcp-ports.ts';

/** The platform's URLs. */
export interface PlatformUrls {
  readonly page: string;
  readonly api: string;
  readonly edge: string;
  readonly rtmp: string;
  readonly rtmps: string;
  /** The supervisor's own API. */
  readonly processApi: string;
}

const host = '127.0.0.1';
/** A single machine is one region with this name. */
const region = 'local';

/** The URLs of a platform that is called `name`, by default by this machine itself. */
export function platformUrls(ports: PlatformPorts, name: string = host): PlatformUrls {
  return {
    page: `http://${name}:${ports.page}`,
    api: `http://${name}:${ports.api}`,
    edge: `http://${name}:${ports.edge}`,
    rtmp: `rtmp://${name}:${ports.rtmp}/${rtmpApp}`,
    rtmps: `rtmps://${name}:${ports.rtmps}/${rtmpApp}`,
    processApi: `http://${host}:${ports.processApi}`,
  };
}

/** Stop order: programs that bring work in, then those that finish it, then those that everything depends on. */
const stopOrder = {
  pop: 0,
  page: 0,
  ingest: 1,
  encoder: 2,
  edge: 3,
  shield: 3,
  'live-origin': 3,
  origin: 4,
  control: 4,
} as const;

/**
 * How long a proxy being replaced keeps its publishers: long enough to replace all the others in the meantime, so that
 * reconnecting publishers reach a new proxy and are not disconnected a second time.
 */
const proxyDrainMs = 10_000;

/** What the page's program bundles when it starts. */
export const pageSources = [
  'main.tsx',
  'embed.tsx',
  'reload.ts',
  'document.html',
  'icon.svg',
  'openapi.json',
].map((name) => `lib/player/page/${name}`);

/** Where the origin program listens. */
export const originUrlOf = ({ origin }: PlatformPorts) => `http://${host}:${origin}` as const;

/** Files shared by several programs on one machine. */
export interface SharedFiles {
  readonly originTokenFile: string;
  readonly apiTokenFile: string;
  readonly tierTokenFile: string;
  readonly playbackKeysFile: string;
  /** What is denied, and signed streams: written by the control program, watched by edge, shield and live origin. */
  readonly denialsFile: string;
}

export interface PlanOptions extends Partial<Pick<LiveOptions, 'allowPush' | 'allowOrigin' | 'watch'>> {
  /** Who reaches the platform. @default this machine alone */
  readonly exposure?: Exposure;
}

/** All processes of the platform with their environment: the wiring of one machine, in path order. */
export function planProcesses(
  ports: PlatformPorts,
  backends: PlatformBackends,
  { originTokenFile, apiTokenFile, tierTokenFile, playbackKeysFile, denialsFile }: SharedFiles,
  { allowPush = [], allowOrigin = [], watch = false, exposure = onlyHere }: PlanOptions = {},
): ProcessSpec[] {
  const pushAllow = allowPush.length > 0 ? [...allowPush] : undefined;
  const { listen } = exposure;
  const ownNames = exposure.ownNames && [...exposure.ownNames];
  const urls = platformUrls(ports, urlHost(exposure.local));
  const called = platformUrls(ports, calledFirst(exposure));
  const { controlStore, keyPepper, certificate, relayKeys } = backends;
  const pop: ProcessSpec = {
    ...process('pop', 'pop', 'bin/pop.ts', ports.rtmp),
    env: popCodec.encode({
      host: listen,
      rtmpPort: ports.rtmp,
      rtmpsPort: ports.rtmps,
      healthPort: ports.popHealth,
      // Proxies have limits for each client address.
      proxyProtocol: 'on',
      targets: ports.proxies.map(({ rtmp, rtmps, health }) => ({
        host,
        rtmpPort: rtmp,
        rtmpsPort: rtmps,
        healthPort: health,
      })),
    }),
  };
  const proxies = ports.proxies.map(({ rtmp, rtmps, health }, index): ProcessSpec => {
    const memberId = `ingest-${index + 1}` as MemberId;
    return {
      ...process('ingest', memberId, 'bin/ingest-proxy.ts', rtmp),
      successorAt: 'ingest.draining',
      env: ingestProxyCodec.encode({
        memberId,
        host,
        rtmpPort: rtmp,
        rtmpsPort: rtmps,
        healthPort: health,
        certificate,
        controlStore,
        keyPepper,
        relayKeys,
        // From the pop; drills and tests publish to a proxy directly.
        proxyProtocol: 'optional',
        drainMs: proxyDrainMs,
        eventBus: backends.eventBus,
        webhookSecret: backends.webhookSecret,
        pushAllow,
      }),
    };
  });
  const workers = ports.workers.map(({ relay, health, media }, index): ProcessSpec => {
    const memberId = `encoder-${index + 1}` as MemberId;
    return {
      ...process('encoder', memberId, 'bin/encoder-worker.ts', relay),
      env: encoderWorkerCodec.encode({
        memberId,
        host,
        relayPort: relay,
        healthPort: health,
        mediaPort: media,
        controlStore,
        origin: backends.origin,
        originTokenFile,
        relayKeys,
        eventBus: backends.eventBus,
        webhookSecret: backends.webhookSecret,
        region,
        // Where machines call this one by different names, players resolve the time's URL against the manifest's.
        playbackBaseUrl: ownNames ? undefined : urls.edge,
      }),
    };
  });
  const origin: ProcessSpec = {
    ...process('origin', 'origin', 'bin/origin.ts', ports.origin),
    env: originCodec.encode({
      host,
      port: ports.origin,
      objects: backends.objects,
      tokenFile: originTokenFile,
      readTokenFile: tierTokenFile,
    }),
  };
  const liveOrigin: ProcessSpec = {
    ...process('live-origin', 'live-origin', 'bin/edge.ts', ports.liveOrigin),
    env: edgeCodec.encode({
      role: 'live-origin',
      host,
      port: ports.liveOrigin,
      controlStore,
      relayKeys,
      denials: denialsFile,
      tierTokenFile,
    }),
  };
  const shield: ProcessSpec = {
    ...process('shield', 'shield', 'bin/edge.ts', ports.shield),
    env: edgeCodec.encode({
      role: 'shield',
      host,
      port: ports.shield,
      upstreamUrl: originUrlOf(ports),
      liveOriginUrl: `http://${host}:${ports.liveOrigin}`,
      denials: denialsFile,
      tierTokenFile,
    }),
  };
  const edge: ProcessSpec = {
    ...process('edge', 'edge', 'bin/edge.ts', ports.edge),
    env: edgeCodec.encode({
      role: 'edge',
      host: listen,
      port: ports.edge,
      upstreamUrl: `http://${host}:${ports.shield}`,
      denials: denialsFile,
      playbackKeys: `file:${playbackKeysFile}`,
      tierTokenFile,
    }),
  };
  const page: ProcessSpec = {
    ...process('page', 'page', 'bin/page.ts', ports.page),
    alsoReads: pageSources,
    env: pageCodec.encode({
      host: listen,
      port: ports.page,
      apiBaseUrl: urls.api,
      processApiBaseUrl: urls.processApi,
      cardsBaseUrl: urls.api,
      edgeBaseUrl: urls.edge,
      region,
      ownNames,
      reloadTabs: watch,
    }),
  };
  const control: ProcessSpec = {
    ...process('control', 'control', 'bin/control.ts', ports.api),
    env: controlCodec.encode({
      host: listen,
      port: ports.api,
      controlStore,
      keyPepper,
      ingestRtmpUrl: called.rtmp,
      ingestRtmpsUrl: called.rtmps,
      playbackBaseUrl: called.edge,
      edgeUrl: urls.edge,
      pageBaseUrl: called.page,
      region,
      allowedOrigins: [urls.page, ...allowOrigin],
      allowedHosts: [`${host}:${ports.api}`],
      ownNames,
      edge: `denials:${denialsFile}`,
      playbackKeys: `file:${playbackKeysFile}`,
      origin: backends.origin,
      originTokenFile,
      tierTokenFile,
      apiToken: `file:${apiTokenFile}`,
      eventBus: backends.eventBus,
      webhookSecret: backends.webhookSecret,
      pushAllow,
    }),
  };
  const all = [pop, ...proxies, ...workers, origin, liveOrigin, shield, edge, page, control];
  return all.map((spec) => ({ ...spec, env: { ...spec.env, ...backends.environment } }));
}

/** The same programs as home-image/Dockerfile has them: bundled, with the page's files in a folder. */
export const bundledPrograms = (specs: readonly ProcessSpec[], pageDir: string): ProcessSpec[] =>
  specs.map((spec) => ({
    ...spec,
    program: spec.program.replace(/\.ts$/, '.mjs'),
    env: spec.role === 'page' ? { ...spec.env, HEADWATER_FILES_DIR: pageDir } : spec.env,
  }));

function process(
  role: keyof typeof stopOrder,
  name: string,
  program: string,
  port: number,
): Omit<ProcessSpec, 'env'> {
  return { role, name, program, port, stopOrder: stopOrder[role] };
}
