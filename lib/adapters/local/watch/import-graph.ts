import { type BuildFailure, build, type Message, type Metafile } from 'esbuild';
import type { ImportGraph } from './concerned.ts';

/** The sources don't build; `faults` lists each location. */
export class SourceFaultError extends Error {
  override readonly name = 'SourceFaultError';
  readonly code = 'SOURCE_FAULT';
  readonly faults: readonly { readonly at: string; readonly reason: string }[];

  constructor(messages: readonly Message[], cause: unknown) {
    const faults = messages.map(({ location, text }) => ({
      at: location === null ? '' : `${location.file}:${location.line}:${location.column + 1}`,
      reason: text,
    }));
    super(faults.map(({ at, reason }) => `${at} ${reason}`).join('; '), { cause });
    this.faults = faults;
  }
}

/**
 * Reads the imports of all files reachable from `entries`, except packages. Throws `SourceFaultError` if a file doesn't parse, or
 * imports a missing file or a name that the file doesn't export.
 */
export async function readImportGraph(root: string, entries: readonly string[]): Promise<ImportGraph> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outdir: root,
    // A page's document and its script may have the same name.
    entryNames: '[dir]/[name]-[hash]',
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    loader: { '.html': 'empty', '.svg': 'empty' },
    logLevel: 'silent',
  }).catch((cause: unknown) => {
    throw isBuildFailure(cause) ? new SourceFaultError(cause.errors, cause) : cause;
  });
  return graphOf(metafile);
}

function graphOf({ inputs }: Metafile): ImportGraph {
  return new Map(
    Object.entries(inputs).map(([path, { imports }]) => [
      path,
      imports.filter(({ external }) => !external).map((one) => one.path),
    ]),
  );
}

const isBuildFailure = (cause: unknown): cause is BuildFailure =>
  cause instanceof Error && 'errors' in cause && Array.isArray(cause.errors);
