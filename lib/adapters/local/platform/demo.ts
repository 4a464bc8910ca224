import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The demo broadcast: a stream called "Demo" and an ffmpeg that publishes a test picture to it. */
export interface Demo {
  readonly streamId: string;
  stop(): Promise<void>;
}

export interface DemoOptions {
  readonly api: string;
  readonly rtmpUrl: string;
  readonly dataDir: string;
  readonly ffmpeg: string;
  /** The API's token, where this machine's own programs need it, too. */
  readonly token?: string | undefined;
  /** Called when ffmpeg exits unexpectedly; the demo publishes again after a second. */
  readonly onRestart: (code: number | null) => void;
}

const restartAfterMs = 1_000;

export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { streamId, key } = await demoStream(options);
  let stopping = false;
  let child: ChildProcess | undefined;
  let again: NodeJS.Timeout | undefined;
  const publish = () => {
    child = spawn(options.ffmpeg, demoArguments(`${options.rtmpUrl}/${key}`), {
      detached: true,
      stdio: 'ignore',
    });
    child.on('error', () => options.onRestart(null));
    child.on('close', (code) => {
      child = undefined;
      if (stopping) return;
      options.onRestart(code);
      again = setTimeout(publish, restartAfterMs);
    });
  };
  publish();
  return {
    streamId,
    async stop() {
      stopping = true;
      clearTimeout(again);
      if (child === undefined) return;
      const closed = once(child, 'close');
      child.kill('SIGINT');
      await closed;
    },
  };
}

/** A test picture with a readable seconds counter (drawn without fonts), and a beep every second. */
function demoArguments(url: string): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    // -re: publish in real time.
    ...['-re', '-f', 'lavfi', '-i', 'testsrc=size=1280x720:rate=30'],
    ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:beep_factor=4:sample_rate=48000'],
    // Cheap to encode, to leave the CPU to the platform.
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
    ...['-b:v', '2500k', '-maxrate', '2500k', '-bufsize', '2500k', '-g', '60'],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2'],
    ...['-f', 'flv', url],
  ];
}

/** The demo stream of this data folder, with a fresh key: as for any stream, the old key isn't stored anywhere. */
async function demoStream({ api, dataDir, token }: DemoOptions): Promise<{ streamId: string; key: string }> {
  const file = join(dataDir, 'demo-stream');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) {
    const rotated = await post(`${api}/v1/streams/${known}/keys`, { graceSeconds: 0 }, token);
    if (rotated.ok) return { streamId: known, key: keyIn(await rotated.json()) };
  }
  const created = await post(`${api}/v1/streams`, { name: 'Demo' }, token);
  if (!created.ok)
    throw new Error(`The demo stream could not be created: ${created.status} ${await created.text()}`);
  const body = (await created.json()) as { id: string };
  await writeFile(file, body.id);
  return { streamId: body.id, key: keyIn(body) };
}

function keyIn(answer: unknown): string {
  return (answer as { ingest: { rtmp: { key: string } } }).ingest.rtmp.key;
}

function post(url: string, body: object, token: string | undefined): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
}
