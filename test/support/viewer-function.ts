import { createContext, runInContext } from 'node:vm';

export interface ViewerRequest {
  readonly method?: string;
  readonly uri: string;
}

export interface ViewerAnswer {
  readonly statusCode?: number;
  readonly uri?: string;
  readonly headers?: Readonly<Record<string, { readonly value: string }>>;
  readonly body?: string;
}

/** Runs a CloudFront Function's source on a viewer request, with nothing around it that the edge does not have either. */
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

/** CloudFront takes no more of a function's source. */
export const functionSizeQuotaBytes = 10_240;
