import { useEffect, useState } from 'preact/hooks';
import type { ApiDocument } from '../model/docs/document.ts';

let loading: Promise<ApiDocument> | undefined;

/** Beside the page's files: the reference needs neither the API nor a login. */
export const documentPath = '/openapi.json';

async function load(): Promise<ApiDocument> {
  const response = await fetch(documentPath);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as ApiDocument;
}

/** The API's document, loaded once; `failed` if it can't be. */
export function useDocument(): { readonly document?: ApiDocument; readonly failed: boolean } {
  const [state, setState] = useState<{ document?: ApiDocument; failed: boolean }>({ failed: false });
  useEffect(() => {
    loading ??= load();
    loading.then(
      (document) => setState({ document, failed: false }),
      () => {
        loading = undefined;
        setState({ failed: true });
      },
    );
  }, []);
  return state;
}
