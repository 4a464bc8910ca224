import { createFile, type Movie, MP4BoxBuffer, type Sample } from 'mp4box';

type SampleFacts = Pick<Sample, 'dts' | 'cts' | 'duration' | 'is_sync' | 'size'>;

/** Reads a file of one track with mp4box: an independent opinion on what we wrote. */
export function readWithMp4Box(bytes: Buffer): {
  brands: string[];
  isFragmented: boolean;
  track: Movie['tracks'][number];
  samples: SampleFacts[];
} {
  const file = createFile();
  const read: { movie?: Movie } = {};
  file.onReady = (movie) => {
    read.movie = movie;
  };
  file.onError = (module, message) => {
    throw new Error(`${module}: ${message}`);
  };
  const copy = new Uint8Array(bytes);
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(copy.buffer, 0), true);
  file.flush();
  const movie = read.movie;
  const track = movie?.tracks[0];
  if (movie === undefined || track === undefined || movie.tracks.length !== 1) {
    throw new Error('mp4box does not find one track');
  }
  const samples = file.getTrackSamplesInfo(track.id).map(({ dts, cts, duration, is_sync, size }) => {
    return { dts, cts, duration, is_sync, size };
  });
  return { brands: movie.brands, isFragmented: movie.isFragmented, track, samples };
}
