import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { capturedAtMs, clockStrip } from '../media/picture-clock.ts';

/** A picture that a browser showed. */
export interface ShownPicture {
  /** Unix ms. */
  readonly shownAtMs: number;
  /** Unix ms, by the clock in the picture; undefined if it has none. */
  readonly capturedAtMs: number | undefined;
  /** Presentation time in s. */
  readonly mediaTime: number;
  readonly height: number;
  readonly playbackRate: number;
  /** What the page itself says its latency is, in ms. */
  readonly saidMs: number | undefined;
}

interface Freeze {
  /** Unix ms of the picture that stood. */
  readonly atMs: number;
  readonly ms: number;
}

export interface ScreenReport {
  /** From the start of the navigation to the first picture, in ms; undefined if there was none. */
  readonly firstPictureMs: number | undefined;
  /** About 6 a second. */
  readonly pictures: readonly ShownPicture[];
  readonly freezes: readonly Freeze[];
  /** How often the player ran out of media after the first picture. */
  readonly rebuffers: number;
}

/** What the probe collects in the page. */
export interface Watched {
  firstPictureMs?: number;
  readonly pictures: (Omit<ShownPicture, 'capturedAtMs' | 'saidMs'> & {
    readonly cells: readonly number[];
    readonly said: string;
  })[];
  readonly freezes: Freeze[];
  rebuffers: number;
}

/** Watches the first video of this page from its next navigation on. */
export async function watchScreen(page: Page): Promise<void> {
  const probe = await readFile(join(import.meta.dirname, 'probe.ts'), 'utf8');
  const script = `const strip = ${JSON.stringify(clockStrip)};\n${stripTypeScriptTypes(probe)}`;
  await page.addInitScript({ content: `(() => {${script}})();` });
}

export async function screenReport(page: Page): Promise<ScreenReport> {
  const watched = await page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
  return {
    firstPictureMs: watched.firstPictureMs,
    freezes: watched.freezes,
    rebuffers: watched.rebuffers,
    pictures: watched.pictures.map(({ cells, said, ...picture }) => ({
      ...picture,
      capturedAtMs: capturedAtMs(cells, picture.shownAtMs),
      saidMs: saidMs(said),
    })),
  };
}

/** `Latency 6.6 s behind live`; `1:15 min` is more than anybody measures. */
function saidMs(text: string): number | undefined {
  const seconds = /([\d.]+) s\b/.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
