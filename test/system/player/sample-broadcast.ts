import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface SampleBroadcast {
  /** Ends it; the manifests become a recording. Once more changes nothing. */
  end(): Promise<void>;
}

/** In the place of the UTCTiming's address in manifests: whoever serves them has the time. */
export const clockPlaceholder = 'http://clock.invalid/time';

/** Of all samples: short, so that tests don't wait. */
const segmentSeconds = 1;

/**
 * ffmpeg's own packager makes a small live broadcast in `dir`: `manifest.mpd` and `index.m3u8`, two qualities and sound, or sound
 * alone. Resolves when a player can begin.
 */
export async function startSampleBroadcast(dir: string, { pictures = true } = {}): Promise<SampleBroadcast> {
  const { child, exited } = startPackager(dir, { pictures, pace: ['-re'] });
  await Promise.race([
    fileSays(dir, 'media_0.m3u8', (text) => (text.match(/#EXTINF/g) ?? []).length >= 3),
    exited.then((code) => Promise.reject(new Error(`ffmpeg exited with ${code}`))),
  ]);
  return {
    async end() {
      if (child.exitCode === null) child.stdin?.write('q');
      await exited;
    },
  };
}

/** The same as a recording, made as fast as can be. Resolves when it is complete. */
export async function makeSampleRecording(dir: string, seconds: number): Promise<void> {
  const { exited } = startPackager(dir, { pictures: true, pace: [], limit: ['-t', String(seconds)] });
  const code = await exited;
  if (code !== 0) throw new Error(`ffmpeg exited with ${code}`);
}

function startPackager(
  dir: string,
  how: { readonly pictures: boolean; readonly pace: readonly string[]; readonly limit?: readonly string[] },
): { readonly child: ChildProcess; readonly exited: Promise<number | null> } {
  const { pictures, pace, limit = [] } = how;
  const child = spawn(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error'],
      ...[...pace, '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
      ...(pictures ? [...pace, ...pictureArguments] : ['-map', '0:a']),
      ...['-c:a', 'aac', '-b:a', '64k', ...limit],
      ...['-f', 'dash', '-seg_duration', String(segmentSeconds), '-window_size', '0'],
      // A timeline lists what is there. Numbers counted by the clock would have players ask too early of a machine that is busy.
      ...['-use_timeline', '1', '-use_template', '1'],
      ...['-utc_timing_url', clockPlaceholder],
      ...['-adaptation_sets', pictures ? 'id=0,streams=v id=1,streams=a' : 'id=0,streams=a'],
      ...['-init_seg_name', 'init-$RepresentationID$.mp4'],
      ...['-media_seg_name', '$RepresentationID$-$Number$.m4s'],
      ...['-hls_playlist', '1', '-hls_master_name', 'index.m3u8', 'manifest.mpd'],
    ],
    { cwd: dir, stdio: ['pipe', 'ignore', 'inherit'] },
  );
  return { child, exited: once(child, 'exit').then(([code]) => code as number | null) };
}

const framesPerSecond = 25;

const pictureArguments = [
  ...['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=${framesPerSecond}`],
  ...['-map', '1:v', '-map', '1:v', '-map', '0:a'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
  ...['-g', String(segmentSeconds * framesPerSecond), '-sc_threshold', '0'],
  ...['-b:v:0', '600k', '-s:v:1', '320x180', '-b:v:1', '200k'],
];

/** Waits until a file in `dir` exists and reads as `holds` wants it. */
async function fileSays(dir: string, name: string, holds: (text: string) => boolean): Promise<void> {
  for await (const _ of changes(dir)) {
    const text = await readFile(join(dir, name), 'utf8').catch(() => '');
    if (holds(text)) return;
  }
}

async function* changes(dir: string): AsyncGenerator<void> {
  const watcher = watch(dir);
  try {
    yield;
    while (true) {
      await once(watcher, 'change');
      yield;
    }
  } finally {
    watcher.close();
  }
}
