import { createContext, runInContext, SourceTextModule, SyntheticModule } from 'node:vm';

export type ViewerQuery = Readonly<
  Record<string, { readonly value: string; readonly multiValue?: readonly { readonly value: string }[] }>
>;

export interface ViewerRequest {
  readonly method?: string;
  readonly uri: string;
  readonly querystring?: ViewerQuery;
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
 * The same for a function that reads a key-value store: a module that imports `cloudfront`. `exists` stands in for the store.
 * `log` contains its console output.
 */
export async function runStoreFunction(
  code: string,
  request: ViewerRequest,
  exists: (key: string) => Promise<boolean>,
): Promise<{ answer: ViewerAnswer; log: string[] }> {
  const log: string[] = [];
  const context = createContext({ console: { log: (line: unknown) => log.push(String(line)) } });
  const module = new SourceTextModule(`${code}\nexport { handler };`, { context });
  await module.link((name) => {
    if (name !== 'cloudfront') throw new Error(`CloudFront Functions have no module ${name}`);
    return new SyntheticModule(
      ['default'],
      function (this: SyntheticModule) {
        this.setExport('default', { kvs: () => ({ exists }) });
      },
      { context },
    );
  });
  await module.evaluate({ timeout: 1000 });
  const { handler } = module.namespace as { handler(event: object): Promise<ViewerAnswer> };
  const event = {
    version: '1.0',
    request: { method: 'GET', querystring: {}, headers: {}, cookies: {}, ...request },
  };
  return { answer: JSON.parse(JSON.stringify(await handler(event))) as ViewerAnswer, log };
}

/** CloudFront's limit for a function's source. */
export const functionSizeQuotaBytes = 10_240;
