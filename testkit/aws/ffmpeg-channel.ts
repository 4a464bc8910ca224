import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  ManagedResource,
  ObservedChannel,
  ObservedInput,
} from '../../lib/control/managed-channels/policy/channel-observations.ts';
import type { ChannelPlan } from '../../lib/control/managed-channels/policy/channel-plan.ts';
import type { ManagedEncoder } from '../../lib/control/managed-channels/ports.ts';
import { deliveryRuleFor } from '../../lib/edge/policy/delivery.ts';
import type { ObjectStore } from '../../lib/object-store/ports.ts';
import { segmentSeconds } from '../../lib/packaging/segment-grid.ts';
import type { NginxRtmp } from '../harness/nginx-rtmp.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const lookEveryMs = 200;

/**
 * A managed encoder that really encodes: its input is an nginx that is pushed to, its channel an ffmpeg that pulls from there
 * and whose HLS is copied to the origin under the plan's names. One channel with one pipeline.
 */
export class FfmpegChannel implements ManagedEncoder {
  readonly commands: string[] = [];
  readonly #input: NginxRtmp;
  readonly #objects: ObjectStore;
  #plan?: ChannelPlan;
  #state: 'missing' | 'idle' | 'running' = 'missing';
  #hasInput = false;
  #ffmpeg?: ChildProcess;
  #carrying?: Promise<void>;

  constructor(input: NginxRtmp, objects: ObjectStore) {
    this.#input = input;
    this.#objects = objects;
  }

  async findInput(): Promise<ObservedInput | undefined> {
    if (!this.#hasInput) return undefined;
    return { id: 'input-1', event: 'input-ready', endpoints: [`${this.#input.url}/broadcast`] };
  }

  async findChannel(): Promise<ObservedChannel | undefined> {
    if (this.#state === 'missing') return undefined;
    return { id: 'channel-1', event: this.#state === 'running' ? 'channel-running' : 'channel-idle' };
  }

  async createInput(): Promise<ObservedInput> {
    this.commands.push('create-input');
    this.#hasInput = true;
    return { id: 'input-1', event: 'input-ready', endpoints: [`${this.#input.url}/broadcast`] };
  }

  async createChannel(plan: ChannelPlan): Promise<ObservedChannel> {
    this.commands.push('create-channel');
    this.#plan = plan;
    this.#state = 'idle';
    return { id: 'channel-1', event: 'channel-idle' };
  }

  async startChannel(): Promise<void> {
    this.commands.push('start');
    if (this.#state === 'running' || !this.#plan) return;
    this.#state = 'running';
    this.#carrying = this.#encode(this.#plan);
  }

  async stopChannel(): Promise<void> {
    this.commands.push('stop');
    this.#state = 'idle';
    await this.stop();
  }

  async deleteChannel(): Promise<void> {
    this.commands.push('delete-channel');
    this.#state = 'missing';
  }

  async deleteInput(): Promise<void> {
    this.commands.push('delete-input');
    this.#hasInput = false;
  }

  async list(): Promise<ManagedResource[]> {
    return [];
  }

  /** Dies unexpectedly, as channels sometimes do. */
  async die(): Promise<void> {
    this.#state = 'idle';
    await this.stop();
  }

  async stop(): Promise<void> {
    // While its input is silent, it doesn't react to gentler signals.
    this.#ffmpeg?.kill('SIGKILL');
    await this.#carrying;
  }

  async #encode({ destinations: [destination = ''] }: ChannelPlan): Promise<void> {
    const folder = await temporaryFolder();
    const base = destination.slice(destination.lastIndexOf('/') + 1);
    const hls = [
      '-f',
      'hls',
      '-hls_time',
      String(segmentSeconds),
      '-hls_segment_type',
      'fmp4',
      '-hls_playlist_type',
      'event',
    ];
    const names = ['-master_pl_name', `${base}.m3u8`, '-hls_fmp4_init_filename', `${base}-source-init.mp4`];
    const segments = ['-hls_segment_filename', `${base}-source-playlist-x_%05d.mp4`];
    const ffmpeg = spawn(
      'ffmpeg',
      [
        ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-i', `${this.#input.url}/broadcast`],
        ...['-map', '0:v', '-map', '0:a', '-c', 'copy', ...hls, ...names, ...segments],
        `${base}-source-playlist.m3u8`,
      ],
      { cwd: folder.path, stdio: 'ignore' },
    );
    this.#ffmpeg = ffmpeg;
    const exited = once(ffmpeg, 'exit');
    const carried = new Map<string, number>();
    const target = destination.slice(0, -base.length);
    while (ffmpeg.exitCode === null && ffmpeg.signalCode === null) {
      await this.#carry(folder.path, target, carried);
      await Promise.race([exited, new Promise((wake) => setTimeout(wake, lookEveryMs))]);
    }
    await this.#carry(folder.path, target, carried);
    await folder.remove();
  }

  /** Copies segments before the playlists that list them. */
  async #carry(folder: string, target: string, carried: Map<string, number>): Promise<void> {
    const names = (await readdir(folder)).filter((name) => !name.endsWith('.tmp'));
    for (const name of names.toSorted((a, b) => Number(a.endsWith('.m3u8')) - Number(b.endsWith('.m3u8')))) {
      const { mtimeMs } = await stat(join(folder, name));
      if (carried.get(name) === mtimeMs) continue;
      carried.set(name, mtimeMs);
      const rule = deliveryRuleFor(target + name);
      if (!rule) throw new Error(`No delivery rule for ${target}${name}`);
      await this.#objects.put(target + name, await readFile(join(folder, name)), rule);
    }
  }
}
