import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { nvencProbeArguments } from '../../../encoder/encoding/policy/ffmpeg-arguments.ts';

/** ffmpeg cannot encode on a graphics card here. */
export class NvencUnusableError extends Error {
  override readonly name = 'NvencUnusableError';
  readonly code = 'NVENC_UNUSABLE';
  readonly mend =
    'Run it on a machine with an NVIDIA card and its driver, or set HEADWATER_VIDEO_ENCODER=x264.';
}

/** A card wakes up within seconds. */
const timeoutMs = 30_000;

/**
 * Encodes one picture, so that a worker whose card or driver does not work never joins the fleet: it would take streams and
 * lose them. Throws `NvencUnusableError` with ffmpeg's words.
 */
export async function proveNvenc(ffmpegPath: string): Promise<void> {
  try {
    await promisify(execFile)(ffmpegPath, nvencProbeArguments(), { timeout: timeoutMs });
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    throw new NvencUnusableError(`NVENC does not work here: ${stderr.trim() || String(cause)}`, { cause });
  }
}
