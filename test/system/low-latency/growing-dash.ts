import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pictureClockFilter } from '../../../testkit/media/picture-clock.ts';

/** Low-latency DASH by ffmpeg's own packager: segments are served while they grow, in chunks of 0.5 s. */
export interface GrowingDash {
  /** Any folder below it has the same files. */
  readonly url: string;
  /** While set, what is sent stops arriving, as on a network that fails. */
  frozen: boolean;
  close(): Promise<void>;
}

/** A file that ffmpeg is writing, or has written. */
interface Growing {
  readonly chunks: Buffer[];
  readonly readers: Set<ServerResponse>;
  complete: boolean;
}

export async function startGrowingDash(): Promise<GrowingDash> {
  const files = new Map<string, Growing>();
  const held: [ServerResponse, Buffer | undefined][] = [];
  const state = { frozen: false };
  const send = (response: ServerResponse, chunk: Buffer | undefined) => {
    if (state.frozen) held.push([response, chunk]);
    else if (chunk === undefined) response.end();
    else response.write(chunk);
  };
  const take = async (name: string, request: IncomingMessage, response: ServerResponse) => {
    const file: Growing = { chunks: [], readers: new Set(), complete: false };
    // A manifest is replaced when it is whole; a segment is there from its first byte.
    if (!name.endsWith('.mpd')) files.set(name, file);
    for await (const chunk of request) {
      file.chunks.push(chunk as Buffer);
      for (const reader of file.readers) send(reader, chunk as Buffer);
    }
    file.complete = true;
    for (const reader of file.readers) send(reader, undefined);
    files.set(name, file);
    response.end();
  };
  const give = (name: string, response: ServerResponse) => {
    const file = files.get(name);
    const type = name.endsWith('.mpd') ? 'application/dash+xml' : 'video/mp4';
    if (file === undefined) return response.writeHead(404, { 'access-control-allow-origin': '*' }).end();
    response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' });
    for (const chunk of file.chunks) send(response, chunk);
    if (file.complete) return send(response, undefined);
    file.readers.add(response);
    response.on('close', () => file.readers.delete(response));
  };
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '', 'http://localhost').pathname.split('/').at(-1) ?? '';
    if (name === 'time')
      response.writeHead(200, { 'access-control-allow-origin': '*' }).end(new Date().toISOString());
    else if (request.method === 'GET') give(name, response);
    else if (request.method === 'DELETE') response.end();
    else take(name, request, response).catch(() => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ffmpeg = startFfmpeg(url);
  const exited = once(ffmpeg, 'exit');
  const begun = new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (![...files.keys()].some((name) => /-3\.m4s$/.test(name))) return;
      clearInterval(look);
      resolve();
    }, 50);
  });
  await Promise.race([
    begun,
    exited.then(([code]) => Promise.reject(new Error(`ffmpeg exited with ${code}`))),
  ]);
  return {
    url,
    get frozen() {
      return state.frozen;
    },
    set frozen(frozen) {
      state.frozen = frozen;
      if (!frozen) for (const [response, chunk] of held.splice(0)) send(response, chunk);
    },
    async close() {
      ffmpeg.kill('SIGKILL');
      await exited;
      server.close();
      server.closeAllConnections();
    },
  };
}

function startFfmpeg(url: string): ChildProcess {
  return spawn(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
      ...['-re', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30'],
      ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'],
      ...['-filter_complex', `[0:v]${pictureClockFilter()},split[a][b]`],
      ...['-map', '[a]', '-map', '[b]', '-map', '1:a', '-c:a', 'aac', '-b:a', '64k'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
      ...['-g', '60', '-b:v:0', '800k', '-s:v:1', '320x180', '-b:v:1', '250k'],
      ...['-f', 'dash', '-ldash', '1', '-streaming', '1', '-seg_duration', '2'],
      ...['-frag_type', 'duration', '-frag_duration', '0.5'],
      ...['-use_template', '1', '-use_timeline', '0', '-write_prft', '1', '-target_latency', '2'],
      ...[
        '-utc_timing_url',
        `${url}/time`,
        '-window_size',
        '15',
        '-adaptation_sets',
        'id=0,streams=v id=1,streams=a',
      ],
      ...[
        '-init_seg_name',
        'init-$RepresentationID$.mp4',
        '-media_seg_name',
        '$RepresentationID$-$Number$.m4s',
      ],
      ...['-method', 'PUT', '-http_persistent', '1', `${url}/manifest.mpd`],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}
