import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

export interface BrowserOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Hosts that the browser finds at these loopback ports, with any certificate. @default all names as usual */
  readonly hosts?: Readonly<Record<string, number>>;
}

/** Debian's Chromium with a fresh profile and all background networking turned off. */
export async function openBrowser({
  viewport = { width: 1280, height: 800 },
  hosts,
}: BrowserOptions = {}): Promise<BrowserContext> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    viewport,
    ignoreHTTPSErrors: hosts !== undefined,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
      ...(hosts
        ? [
            `--host-resolver-rules=${Object.entries(hosts)
              .map(([host, port]) => `MAP ${host}:443 127.0.0.1:${port}`)
              .join(',')}`,
          ]
        : []),
    ],
  });
  // Chromium may still write to the profile while exiting.
  context.on(
    'close',
    () => void rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  );
  return context;
}
