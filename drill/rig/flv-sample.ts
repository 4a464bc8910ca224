import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A piece of media as an encoder sends it. */
export interface SampleTag {
  readonly type: 'video' | 'audio';
  readonly timestampMs: number;
  readonly payload: Buffer;
}

/** A few seconds of a small real H.264 picture, as payloads of RTMP messages: for clients without an encoder of their own. */
export async function makeSample(seconds: number): Promise<SampleTag[]> {
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
      ...['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=30', '-t', String(seconds)],
      ...[
        '-pix_fmt',
        'yuv420p',
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-tune',
        'zerolatency',
        '-g',
        '30',
      ],
      ...['-f', 'flv', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  );
  return readTags(stdout);
}

const headerBytes = 9;
const tagHeaderBytes = 11;
/** The length that follows the file's header and each tag. */
const lengthBytes = 4;
const types: Readonly<Record<number, SampleTag['type']>> = { 8: 'audio', 9: 'video' };

function readTags(flv: Buffer): SampleTag[] {
  const tags: SampleTag[] = [];
  for (let at = headerBytes + lengthBytes; at + tagHeaderBytes <= flv.length; ) {
    const type = types[flv.readUInt8(at)];
    const bytes = flv.readUIntBE(at + 1, 3);
    const timestampMs = flv.readUIntBE(at + 4, 3);
    const from = at + tagHeaderBytes;
    if (type) tags.push({ type, timestampMs, payload: flv.subarray(from, from + bytes) });
    at = from + bytes + lengthBytes;
  }
  return tags;
}
