/** Request paths, and under what a denial of each is looked up; `malformed`: no path of ours, whatever it may lead to. */
export const denialVectors: readonly (readonly [path: string, denial: string | 'none' | 'malformed'])[] = [
  ['/local/7h2kqv0m4x9rt3bz/index.m3u8', 'local/7h2kqv0m4x9rt3bz'],
  ['/eu-central-1/7h2kqv0m4x9rt3bz/manifest.mpd', 'eu-central-1/7h2kqv0m4x9rt3bz'],
  ['/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/720p/playlist.m3u8', 'local/7h2kqv0m4x9rt3bz'],
  ['/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/720p/init-1-2.mp4', 'local/7h2kqv0m4x9rt3bz'],
  ['/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/audio/17.m4s', 'local/7h2kqv0m4x9rt3bz'],
  ['/local/constructor/index.m3u8', 'local/constructor'],
  ['/local/7h2kqv0m4x9rt3bz', 'none'],
  ['/local/1.m4s', 'none'],
  ['/time', 'none'],
  ['/local/7h2kqv0m4x9rt3bz/', 'malformed'],
  ['/', 'malformed'],
  ['', 'malformed'],
  ['//local/7h2kqv0m4x9rt3bz/index.m3u8', 'malformed'],
  ['/local//7h2kqv0m4x9rt3bz/index.m3u8', 'malformed'],
  ['/local/7h2kqv0m4x9rt3bz//index.m3u8', 'malformed'],
  ['/./local/7h2kqv0m4x9rt3bz/index.m3u8', 'malformed'],
  ['/local/x/../7h2kqv0m4x9rt3bz/index.m3u8', 'malformed'],
  ['/local/%37h2kqv0m4x9rt3bz/index.m3u8', 'malformed'],
  ['/local%2f7h2kqv0m4x9rt3bz/x/index.m3u8', 'malformed'],
  ['/local/7h2kqv0m4x9rt3bz/index.m3u8\n', 'malformed'],
  ['/local/7h2kqv0m4x9rt3bz/index.m3u8\u0000', 'malformed'],
  ['/local\\7h2kqv0m4x9rt3bz/index.m3u8', 'malformed'],
  ['/local/７h2kqv0m4x9rt3bz/index.m3u8', 'malformed'],
];

/** Request paths, and under what a denial of the recording is looked up. */
export const recordingVectors: readonly (readonly [path: string, denial: string | undefined])[] = [
  ['/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/720p/17.m4s', 'local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0'],
  ['/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/index.m3u8', 'local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0'],
  ['/local/7h2kqv0m4x9rt3bz/index.m3u8', undefined],
  ['/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0', undefined],
];
