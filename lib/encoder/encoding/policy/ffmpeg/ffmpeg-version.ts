/** Where the ffmpeg came from. */
export type FfmpegSource = 'configured' | 'system' | 'packaged';

export interface FfmpegBuild {
  readonly path: string;
  readonly source: FfmpegSource;
  /** As reported by ffmpeg, for example `5.1.9-0+deb12u1` or `N-47683-g0e8eb07980`. */
  readonly version: string;
  /** Major and minor release; undefined for a build from between releases. */
  readonly release?: { readonly major: number; readonly minor: number };
  /** Year of its copyright line, which dates a build without a release number. */
  readonly year: number;
  readonly encoders: { readonly x264: boolean; readonly aac: boolean };
}

/** No usable ffmpeg. `mend` says what to install. */
export class FfmpegUnusableError extends Error {
  override readonly name = 'FfmpegUnusableError';
  readonly code: 'FFMPEG_MISSING' | 'FFMPEG_TOO_OLD' | 'FFMPEG_LACKS_ENCODER';
  readonly mend =
    'Install ffmpeg 4.1 or newer with libx264: sudo apt-get install ffmpeg (or set HEADWATER_FFMPEG_PATH).';

  constructor(code: FfmpegUnusableError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Parses the output of `ffmpeg -version`; undefined if it isn't ffmpeg's. */
export function parseFfmpegVersion(
  output: string,
): Pick<FfmpegBuild, 'version' | 'release' | 'year' | 'encoders'> | undefined {
  const match = /^ffmpeg version (\S+).*?(?:Copyright \(c\) \d+-(\d+))?[^\n]*$/m.exec(output);
  if (!match) return undefined;
  const [line, version = ''] = match;
  const year = Number(/Copyright \(c\) \d+-(\d+)/.exec(line)?.[1] ?? 0);
  const numbers = /^n?(\d+)\.(\d+)/.exec(version);
  return {
    version,
    ...(numbers ? { release: { major: Number(numbers[1]), minor: Number(numbers[2]) } } : {}),
    year,
    encoders: { x264: output.includes('--enable-libx264'), aac: !output.includes('--disable-encoder=aac') },
  };
}

/** Throws `FfmpegUnusableError` unless the build supports our arguments: release 4.1 (2018) or newer, with x264 and AAC. */
export function judgeFfmpeg(build: FfmpegBuild): void {
  const { release, year, encoders } = build;
  const old = release ? release.major < 4 || (release.major === 4 && release.minor < 1) : year < 2018;
  if (old) {
    throw new FfmpegUnusableError(
      'FFMPEG_TOO_OLD',
      `${build.path} is version ${build.version}, which is too old.`,
    );
  }
  if (!encoders.x264 || !encoders.aac) {
    throw new FfmpegUnusableError(
      'FFMPEG_LACKS_ENCODER',
      `${build.path} (${build.version}) was built without ${encoders.x264 ? 'an AAC encoder' : 'libx264'}.`,
    );
  }
}

/** `-fps_mode` was added in 5.1; `-vsync` was removed in 8. */
export function frameModeFlag(build: Pick<FfmpegBuild, 'release' | 'year'>): '-fps_mode' | '-vsync' {
  const { release, year } = build;
  const modern = release ? release.major > 5 || (release.major === 5 && release.minor >= 1) : year >= 2023;
  return modern ? '-fps_mode' : '-vsync';
}
