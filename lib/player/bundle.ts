import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build as bundle, type Metafile } from 'esbuild';
import { packageRoot } from '../package-root.ts';
import { pageFile } from './page-file.ts';
import type { PageFile, PageFiles } from './policy/routes.ts';

const pageDir = join(packageRoot, 'lib/player/page');

/** The page couldn't be bundled; the message is the bundler's. */
export class PageBuildError extends Error {
  override readonly name = 'PageBuildError';
  readonly code = 'PAGE_BUILD_FAILED';
}

/**
 * Bundles the page's sources into memory: scripts and styles under `/assets/` with content-hashed names, the icon, the API’s document, and
 * `/index.html` and `/embed.html`, which reference them. The player library and the broadcaster's pages are separate chunks, loaded on
 * demand. With `build`, the name of this build, an open tab reloads when its server names another one.
 * @throws PageBuildError
 */
export async function bundlePage({ build }: { build?: string | undefined } = {}): Promise<PageFiles> {
  const result = await bundle({
    entryPoints: {
      page: join(pageDir, 'main.tsx'),
      embed: join(pageDir, 'embed.tsx'),
      ...(build !== undefined && { reload: join(pageDir, 'reload.ts') }),
    },
    outdir: '/assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['es2022', 'safari16.4'],
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { 'process.env.NODE_ENV': '"production"', thisBuild: JSON.stringify(build ?? '') },
    legalComments: 'inline',
    charset: 'utf8',
    // The project's tsconfig is for Node and doesn't apply to the page.
    tsconfigRaw: {},
    write: false,
    metafile: true,
    logLevel: 'silent',
  }).catch((cause: unknown) => {
    throw new PageBuildError(cause instanceof Error ? cause.message : String(cause), { cause });
  });

  const files = new Map<string, PageFile>();
  for (const output of result.outputFiles) {
    const name = basename(output.path);
    const contentType = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
    files.set(`/assets/${name}`, pageFile(output.contents, contentType, true));
  }
  for (const [file, contentType] of plainFiles) {
    files.set(`/${file}`, pageFile(await readFile(join(pageDir, file)), contentType, false));
  }
  const names = [...files.keys()];
  for (const each of documents) {
    const html = await documentOf(each, names, importedAtOnce(result.metafile, each.source));
    files.set(`/${each.file}`, pageFile(html, 'text/html; charset=utf-8', false));
  }
  return files;
}

/** Files that are served as they are. */
const plainFiles = [
  ['icon.svg', 'image/svg+xml'],
  ['openapi.json', 'application/json'],
] as const;

/** An HTML file: `document.html` with what is its own. */
interface PageDocument {
  readonly file: string;
  /** Name and source of its entry. */
  readonly entry: string;
  readonly source: string;
  /** Colour schemes that it is made for. */
  readonly schemes: string;
  readonly description: string;
  readonly noscript: string;
  /** More tags of its head. */
  readonly tags: readonly string[];
}

const documents: readonly PageDocument[] = [
  {
    file: 'index.html',
    entry: 'page',
    source: 'main.tsx',
    schemes: 'light dark',
    description: 'Go live and watch live streams with Headwater.',
    noscript:
      'This page plays live video and needs JavaScript. Enable it for this site, then reload the page.',
    tags: [],
  },
  {
    file: 'embed.html',
    entry: 'embed',
    source: 'embed.tsx',
    schemes: 'dark',
    description: 'A live stream.',
    noscript: 'This player needs JavaScript. Enable it for this site, then reload the page.',
    tags: ['<meta name="robots" content="noindex" />'],
  },
];

/** Scripts that an entry imports statically. */
function importedAtOnce({ outputs }: Metafile, source: string): readonly string[] {
  const found = new Set<string>();
  const follow = (path: string): void => {
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind !== 'import-statement' || found.has(next)) continue;
      found.add(next);
      follow(next);
    }
  };
  const [entry] =
    Object.entries(outputs).find(([, output]) => output.entryPoint?.endsWith(`/${source}`)) ?? [];
  if (entry !== undefined) follow(entry);
  return [...found].map((path) => `/assets/${basename(path)}`);
}

/** The HTML with the names of its entry's script and style, and preload links for the scripts it imports. */
async function documentOf(
  { entry, schemes, description, noscript, tags }: PageDocument,
  names: readonly string[],
  along: readonly string[],
): Promise<Uint8Array> {
  const named = (extension: string, of = entry) =>
    names.find((name) => name.startsWith(`/assets/${of}-`) && name.endsWith(extension)) ?? '';
  const reload = named('.js', 'reload');
  const more = [
    ...tags,
    ...along.map((name) => `<link rel="modulepreload" href="${name}" />`),
    ...(reload === '' ? [] : [`<script type="module" src="${reload}"></script>`]),
  ];
  const values: Readonly<Record<string, string>> = {
    ...{ schemes, description, noscript },
    style: named('.css'),
    script: named('.js'),
    more: more.join('\n    '),
  };
  const template = await readFile(join(pageDir, 'document.html'), 'utf8');
  return Buffer.from(template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? ''));
}
