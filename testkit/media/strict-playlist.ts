import HLS from 'hls-parser';

/**
 * Reads a playlist by the letter of the specification: throws for what breaks a rule of it. Others that read playlists in this process don't
 * ask for that, and the parser has one setting for all.
 */
export function parseStrictly(text: string): ReturnType<typeof HLS.parse> {
  HLS.setOptions({ strictMode: true });
  try {
    return HLS.parse(text);
  } finally {
    HLS.setOptions({ strictMode: false });
  }
}
