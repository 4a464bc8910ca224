/** The recording can't be made into this file, now or later. The message is for people. */
export class DownloadRefusedError extends Error {
  override readonly name = 'DownloadRefusedError';
  readonly code = 'DOWNLOAD_REFUSED';
}

/** The program has no time left for it; another run may have. */
export class DownloadInterruptedError extends Error {
  override readonly name = 'DownloadInterruptedError';
  readonly code = 'DOWNLOAD_INTERRUPTED';
}
