import type { Operation } from './document.ts';

/** A request as a command line. `api`: the API's URL without a slash at its end; `hasToken`: whether it asks for one. */
export function curlOf(
  { method, path, parameters, body }: Pick<Operation, 'method' | 'path' | 'parameters' | 'body'>,
  { api, hasToken }: { readonly api: string; readonly hasToken: boolean },
): string {
  const exampleOf = (name: string): string => {
    const { schema, example = schema?.example } = parameters.find((one) => one.name === name) ?? {};
    return example === undefined ? `{${name}}` : encodeURIComponent(String(example));
  };
  const url = api + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => exampleOf(name));
  const lines = [
    method === 'GET' ? `curl "${url}"` : `curl -X ${method} "${url}"`,
    ...(hasToken ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(body ? ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body.example))}`] : []),
  ];
  return lines.join(' \\\n  ');
}

/** A word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
