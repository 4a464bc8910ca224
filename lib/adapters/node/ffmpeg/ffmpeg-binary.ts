import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import {
  type FfmpegBuild,
  type FfmpegSource,
  FfmpegUnusableError,
  judgeFfmpeg,
  parseFfmpegVersion,
} from '../../../encoder/encoding/policy/ffmpeg/ffmpeg-version.ts';

/**
 * Finds the ffmpeg to use: the configured one if set, otherwise the system's, otherwise the packaged fallback. A system ffmpeg
 * that is too old is passed over for the packaged one. Throws `FfmpegUnusableError` if none is usable.
 */
export async function findFfmpeg(configuredPath?: string): Promise<FfmpegBuild> {
  const candidates: [FfmpegSource, string | undefined][] =
    configuredPath !== undefined
      ? [['configured', configuredPath]]
      : [
          ['system', 'ffmpeg'],
          ['packaged', packagedPath()],
        ];
  let fault: FfmpegUnusableError | undefined;
  for (const [source, path] of candidates) {
    const build = path === undefined ? undefined : await askVersion(path, source);
    if (!build) continue;
    try {
      judgeFfmpeg(build);
      return build;
    } catch (cause) {
      if (!(cause instanceof FfmpegUnusableError)) throw cause;
      fault ??= cause;
    }
  }
  throw (
    fault ??
    new FfmpegUnusableError(
      'FFMPEG_MISSING',
      `No ffmpeg found${configuredPath ? ` at ${configuredPath}` : ''}.`,
    )
  );
}

function askVersion(path: string, source: FfmpegSource): Promise<FfmpegBuild | undefined> {
  return new Promise((resolve) => {
    execFile(path, ['-version'], { timeout: 10_000, maxBuffer: 1024 * 1024 }, (fault, output) => {
      const read = fault ? undefined : parseFfmpegVersion(output);
      resolve(read && { path, source, ...read });
    });
  });
}

/** The optional dependency contains a binary for x86-64 Linux only. */
function packagedPath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@ffmpeg-installer/linux-x64/ffmpeg');
  } catch {
    return undefined;
  }
}
