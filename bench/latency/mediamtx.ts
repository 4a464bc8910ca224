import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { scratchFolder } from '../../testkit/cleanup.ts';
import { type ChildProgram, startProgram } from '../child-program.ts';

/** A server that takes RTMP and serves low-latency HLS. */
export interface LatencyPeer {
  /** Where to publish, key included. */
  readonly rtmp: string;
  readonly hls: string;
  output(): string;
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/**
 * MediaMTX, which repackages what is published without encoding it again. Its low-latency HLS is as its default configuration has it
 * (parts of 200 ms); everything else that listens is off.
 */
export async function startMediaMtx(): Promise<LatencyPeer> {
  const [rtmpPort = 0, hlsPort = 0] = await freePorts(2);
  const { path: dir, remove } = await scratchFolder();
  const file = join(dir, 'mediamtx.yml');
  await writeFile(file, config(rtmpPort, hlsPort));
  let program: ChildProgram;
  try {
    program = await startProgram(['mediamtx', file], { port: rtmpPort, cwd: dir });
  } catch (fault) {
    await remove();
    throw fault;
  }
  return {
    rtmp: `rtmp://${host}:${rtmpPort}/bench`,
    hls: `http://${host}:${hlsPort}/bench/index.m3u8`,
    output: program.output,
    async stop() {
      await program.stop();
      await remove();
    },
  };
}

/** Its own documentation of each setting is in its default configuration file. */
export const config = (rtmpPort: number, hlsPort: number): string => `logLevel: warn
api: no
metrics: no
pprof: no
playback: no
rtsp: no
webrtc: no
srt: no
rtmp: yes
rtmpAddress: ${host}:${rtmpPort}
hls: yes
hlsAddress: ${host}:${hlsPort}
hlsAlwaysRemux: yes
hlsVariant: lowLatency
hlsSegmentCount: 7
hlsSegmentDuration: 1s
hlsPartDuration: 200ms
paths:
  all_others:
`;
