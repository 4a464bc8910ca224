import { whenInterrupted } from '../../testkit/cleanup.ts';
import { Platform } from '../../testkit/platform/platform.ts';

export interface DrillPlatformOptions {
  /** @default 2 */
  readonly workers?: number;
  /** @default 2 */
  readonly proxies?: number;
  /** Further flags of `npm run live`. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** @default a new one below the system's folder for temporary files */
  readonly dataDir?: string;
  /** Replaces `bin/live.ts`. */
  readonly program?: string;
}

/** A platform for one run. It and its data are removed at the end of the scope (`await using`), and on Ctrl-C. */
export interface DrillPlatform extends AsyncDisposable {
  readonly platform: Platform;
}

/** Throws with the platform's own error if it doesn't start. */
export async function startPlatform(options: DrillPlatformOptions = {}): Promise<DrillPlatform> {
  const { workers = 2, proxies = 2, args = [], environment, dataDir, program } = options;
  const flags = ['--workers', String(workers), '--proxies', String(proxies), ...args];
  const starting = Platform.start(flags, dataDir, environment, program);
  const settled = whenInterrupted(async () => (await starting).stop());
  try {
    const platform = await starting;
    return {
      platform,
      async [Symbol.asyncDispose]() {
        await platform.stop();
        settled();
      },
    };
  } catch (fault) {
    settled();
    throw fault;
  }
}
