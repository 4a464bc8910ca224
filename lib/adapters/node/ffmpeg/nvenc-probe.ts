import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { nvencProbeArguments } from '../../../encoder/encoding/policy/ffmpeg/ffmpeg-arguments.ts';

/** ffmpeg cannot encode on a GPU on this machine. */
export class NvencUnusableError extends Error {
  override readonly name = 'NvencUnusableError';
  readonly code = 'NVENC_UNUSABLE';
  readonly mend = 'Use a machine with an NVIDIA GPU and its driver, or set HEADWATER_VIDEO_ENCODER=x264.';
}

/** A GPU wakes up within seconds. */
const timeoutMs = 30_000;

/**
 * Encodes one picture, so that a worker with a broken GPU or driver never joins the fleet, where it would accept streams and
 * lose them. Throws `NvencUnusableError` with ffmpeg's output.
 */
export async function proveNvenc(ffmpegPath: string): Promise<void> {
  try {
    await promisify(execFile)(ffmpegPath, nvencProbeArguments(), { timeout: timeoutMs });
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    throw new NvencUnusableError(`NVENC is not usable: ${stderr.trim() || String(cause)}`, { cause });
  }
}
