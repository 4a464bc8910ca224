import crypto from 'node:crypto';
import { createContext, runInContext, SourceTextModule, SyntheticModule } from 'node:vm';

export type ViewerQuery = Readonly<
  Record<string, { readonly value: string; readonly multiValue?: readonly { readonly value: string }[] }>
>;

export interface ViewerRequest {
  readonly method?: string;
  readonly uri: string;
  readonly querystring?: ViewerQuery;
  readonly headers?: Readonly<Record<string, { readonly value: string }>>;
}

/** What a function reads from its key-value store. As at the edge, `get` rejects if there is no such key. */
export interface FunctionStore {
  exists(key: string): Promise<boolean>;
  get(key: string): Promise<string>;
}

export interface ViewerAnswer {
  readonly statusCode?: number;
  readonly uri?: string;
  readonly querystring?: ViewerQuery;
  readonly headers?: Readonly<Record<string, { readonly value: string }>>;
  readonly body?: string;
}

/** Runs a CloudFront Function's source on a viewer request, with no globals that the edge doesn't have. */
export function runViewerFunction(code: string, request: ViewerRequest): ViewerAnswer {
  const event = {
    version: '1.0',
    request: { method: 'GET', querystring: {}, headers: {}, cookies: {}, ...request },
  };
  const json = runInContext(
    `${code}\nJSON.stringify(handler(${JSON.stringify(event)}))`,
    createContext(Object.create(null)),
    { timeout: 1000 },
  );
  return JSON.parse(json as string) as ViewerAnswer;
}

/**
 * The same for a function that reads a key-value store: a module that imports `cloudfront` and may require `crypto`. `ip` is the
 * viewer's address, `nowMs` the edge's clock in Unix milliseconds. `log` contains the console output.
 */
export async function runStoreFunction(
  code: string,
  request: ViewerRequest,
  { exists, get }: FunctionStore,
  { ip = '192.0.2.1', nowMs = Date.now() }: { ip?: string | undefined; nowMs?: number } = {},
): Promise<{ answer: ViewerAnswer; log: string[] }> {
  const log: string[] = [];
  const context = createContext({
    console: { log: (line: unknown) => log.push(String(line)) },
    require(name: string) {
      if (name !== 'crypto') throw new Error(`Unknown module ${name}`);
      return { createHmac: crypto.createHmac };
    },
  });
  runInContext('Date', context).now = () => nowMs;
  const module = new SourceTextModule(`${code}\nexport { handler };`, { context });
  await module.link((name) => {
    if (name !== 'cloudfront') throw new Error(`CloudFront Functions have no module ${name}`);
    return new SyntheticModule(
      ['default'],
      function (this: SyntheticModule) {
        this.setExport('default', { kvs: () => ({ exists, get }) });
      },
      { context },
    );
  });
  await module.evaluate({ timeout: 1000 });
  const { handler } = module.namespace as { handler(event: object): Promise<ViewerAnswer> };
  const event = {
    version: '1.0',
    viewer: { ip },
    request: { method: 'GET', querystring: {}, headers: {}, cookies: {}, ...request },
  };
  return { answer: JSON.parse(JSON.stringify(await handler(event))) as ViewerAnswer, log };
}

/** CloudFront's limit for a function's source. */
export const functionSizeQuotaBytes = 10_240;
