import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Template } from 'aws-cdk-lib/assertions';
import type { BrowserContext } from 'playwright-core';
import { controlFunction } from '../../../lambda/control-api/control-function.ts';
import { freePorts } from '../../../lib/adapters/local/platform/tcp-ports.ts';
import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { makeSelfSigned } from '../../../lib/adapters/node/self-signed.ts';
import { systemClock } from '../../../lib/net/clock.ts';
import { bundlePage } from '../../../lib/player/bundle.ts';
import { fileFor, type PageFiles } from '../../../lib/player/policy/routes.ts';
import { HttpApiStandIn } from '../../../testkit/aws/http-api.ts';
import { pagePolicy, regionDocument, uploadedConfig } from '../../../testkit/aws/page-templates.ts';
import { synthesize } from '../../../testkit/aws/platform-templates.ts';
import { testDeployment } from '../../../testkit/aws/template.ts';
import { openBrowser } from '../../../testkit/platform/browser.ts';
import { type OidcIssuer, startOidcIssuer } from './oidc-issuer.ts';

const issuer = 'https://login.example.com';
export const page = 'https://live.example.com';
/** One with an API, one whose API is down, one that isn't deployed yet. */
export const [up, down, missing] = ['eu-central-1', 'us-east-1', 'ap-southeast-2'] as const;
/** The only member of the group `takedown`. */
export const reviewer = 'rita';

const apiHost = (region: string) => `abc123.execute-api.${region}.amazonaws.com`;
const referIn = (region: string) => (name: string) => {
  if (name === 'AWS::URLSuffix') return 'amazonaws.com';
  return name.endsWith('.ApiEndpoint') ? `https://${apiHost(region)}` : `<${name}>`;
};

export interface DeployedConsole {
  readonly browser: BrowserContext;
  readonly issuer: OidcIssuer;
  /** The API of the region `up`. */
  readonly api: HttpApiStandIn;
  close(): Promise<void>;
}

/**
 * The page and the API as deployed on AWS: the page's configuration and headers, the regions' documents, CORS and authorizers are those of
 * the synthesized templates, and the browser uses the real names. Behind the gateway is the API's function over a store in memory.
 */
export async function startDeployedConsole(): Promise<DeployedConsole> {
  const audience = 'headwater-api';
  const clientId = 'headwater-console';
  const { assembly, templates } = synthesize(
    testDeployment({
      domain: { name: new URL(page).host, hostedZoneId: 'Z0123456789ABC' },
      regions: [up, down, missing].map((name) => ({ name })),
      api: {
        jwt: {
          issuer,
          clientId,
          audiences: [audience],
          groupsClaim: 'groups',
          // This issuer gives refresh tokens only to those who consented to offline access.
          authorizationParameters: { prompt: 'consent' },
        },
      },
    }),
    { validate: false },
  );
  const templateOf = (end: string) => templates.get(`headwater-${end}`) as Template;
  const { certificate: cert, privateKey: key } = await makeSelfSigned(
    { hosts: [new URL(page).host] },
    1,
    'ec',
  );
  const tls = { cert, key };
  const groupsOf = (user: string) => (user === reviewer ? ['takedown'] : []);
  const login = await startOidcIssuer({ issuer, clientId, audience, pageOrigin: page, groupsOf, tls });

  const store = openSqliteControlStore(':memory:');
  const api = await HttpApiStandIn.start({
    template: templateOf(up),
    refer: referIn(up),
    keys: login.keys,
    handler: controlFunction({
      store,
      clock: systemClock,
      emit: () => {},
      jwt: { ownerClaim: 'sub', scopePrefix: '', groupsClaim: 'groups' },
      config: {
        ingestRtmpsUrl: 'rtmps://ingest.example.com/live',
        playbackBaseUrl: page,
        pageBaseUrl: page,
        region: up,
        keyPepper: 'a pepper of the tests',
        allowedOrigins: [page],
      },
    }) as never,
    tls,
  });

  const edge = templateOf('edge');
  const documents = new Map<string, string>([
    ['/config.json', JSON.stringify(uploadedConfig(assembly.directory, edge))],
    ...[up, down].map((region): [string, string] => {
      const { key: name, document } = regionDocument(templateOf(region), referIn(region));
      return [`/${name}`, JSON.stringify(document)];
    }),
  ]);
  const policies = {
    page: pagePolicy(edge, 'headwater-page', referIn(up)),
    viewer: pagePolicy(edge, 'headwater-page-viewer', referIn(up)),
  };
  const files = await bundlePage();
  const server = createServer(tls, (request, response) =>
    answer(request, response, files, documents, policies),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const [closedPort = 0] = await freePorts(1);
  const browser = await openBrowser({
    hosts: {
      [new URL(page).host]: (server.address() as AddressInfo).port,
      [new URL(issuer).host]: login.port,
      [apiHost(up)]: api.port,
      [apiHost(down)]: closedPort,
    },
  });
  return {
    browser,
    issuer: login,
    api,
    async close() {
      await browser.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, api.close(), login.close()]);
      store.close();
    },
  };
}

/** As the edge answers for the page: files, documents, and the headers of the behaviour. There is no media. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  files: PageFiles,
  documents: ReadonlyMap<string, string>,
  policies: { readonly page: string; readonly viewer: string },
): void {
  const { pathname } = new URL(request.url ?? '/', page);
  response.setHeader(
    'Content-Security-Policy',
    pathname.startsWith('/watch/') ? policies.viewer : policies.page,
  );
  const document = documents.get(pathname);
  if (document !== undefined) {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(document);
    return;
  }
  const found = fileFor(pathname, files);
  if (!found) return void response.writeHead(404).end();
  response.writeHead(found.status, { 'Content-Type': found.file.contentType }).end(found.file.body);
}
