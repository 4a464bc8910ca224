import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../../lib/adapters/local/disk/disk-errors.ts';
import { whenInterrupted } from '../../testkit/cleanup.ts';

const run = promisify(execFile);
const pieceBytes = 64 * 1024;
const refillEveryMs = 100;

/** A separate file system that can be filled up. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;
  readonly #settled: () => void;
  #refilling?: NodeJS.Timeout | undefined;
  #filling?: Promise<void> | undefined;

  private constructor(path: string) {
    this.path = path;
    this.#settled = whenInterrupted(() => this.#unmount());
  }

  /** Throws if this user may not mount: such a drill needs root. */
  static async mount(megabytes: number): Promise<SmallDisk> {
    const path = await mkdtemp(join(tmpdir(), 'headwater-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
    } catch (cause) {
      await rmdir(path);
      throw new Error('Not run: this drill mounts a file system of its own, which requires root.', {
        cause,
      });
    }
    return new SmallDisk(path);
  }

  get #filler(): string {
    return join(this.path, 'filler');
  }

  /** Fills all free space, and any that becomes free, until `makeRoom`. */
  async fill(): Promise<void> {
    await this.#takeRest();
    this.#refilling = setInterval(() => {
      this.#filling ??= this.#takeRest().finally(() => {
        this.#filling = undefined;
      });
    }, refillEveryMs);
  }

  async makeRoom(): Promise<void> {
    clearInterval(this.#refilling);
    await this.#filling;
    await rm(this.#filler, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.makeRoom();
    await this.#unmount();
    this.#settled();
  }

  async #takeRest(): Promise<void> {
    const file = await open(this.#filler, 'a');
    try {
      for (;;) await file.writeFile(Buffer.alloc(pieceBytes));
    } catch (fault) {
      if (codeOf(fault) !== 'ENOSPC') throw fault;
    } finally {
      await file.close();
    }
  }

  async #unmount(): Promise<void> {
    await run('umount', ['--lazy', this.path]);
    await rmdir(this.path);
  }
}
