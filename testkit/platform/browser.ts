import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** Debian's Chromium with a fresh profile and all background networking turned off. */
export async function openBrowser(viewport = { width: 1280, height: 800 }): Promise<BrowserContext> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    viewport,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  });
  // Chromium may still write to the profile while exiting.
  context.on(
    'close',
    () => void rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  );
  return context;
}
