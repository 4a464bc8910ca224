import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const maxOutputBytes = 16 * 1024 * 1024;

/** Runs a command to its end; resolves to what it wrote to stdout, throws with the end of what it wrote to stderr. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { ...options, maxBuffer: maxOutputBytes }, (fault, stdout, stderr) => {
      if (fault) reject(new Error(`${command} ${args.join(' ')}: ${fault.message}\n${stderr.slice(-4_000)}`));
      else resolve(stdout);
    });
  });
}

/** What an image says of itself, as far as tests look. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly WorkingDir: string;
  readonly StopSignal: string;
  readonly Healthcheck?: { readonly Test: readonly string[] };
  readonly Volumes?: Readonly<Record<string, unknown>>;
  readonly ExposedPorts?: Readonly<Record<string, unknown>>;
}

interface BuildOptions {
  readonly file?: string;
  readonly mounts?: Readonly<Record<string, string>>;
}

/**
 * Images and their layers in a folder of their own, apart from what else is on the machine. The folder lives on between
 * runs, so that layers are built once; what is mounted belongs to a run alone.
 */
export class ImageStore {
  readonly #flags: readonly string[];
  readonly #runDir: string;

  private constructor(runDir: string, flags: readonly string[]) {
    this.#runDir = runDir;
    this.#flags = flags;
  }

  static async open(folder: string): Promise<ImageStore> {
    await mkdir(folder, { recursive: true });
    const runDir = await mkdtemp(join(tmpdir(), 'headwater-images-'));
    const flags = (driver: string[]) => [
      ...['--root', join(folder, driver[0] ?? ''), '--runroot', join(runDir, 'run')],
      ...['--storage-driver', ...driver],
    ];
    // A mount that outlives the command would keep the folder from being removed.
    const overlay = flags(['overlay', '--storage-opt', 'overlay.skip_mount_home=true']);
    const works = await run('buildah', [...overlay, 'images']).then(
      () => true,
      () => false,
    );
    const store = new ImageStore(runDir, works ? overlay : flags(['vfs']));
    // Nothing is fetched, so there are no signatures to check.
    await writeFile(store.#policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    return store;
  }

  get #policy(): string {
    return join(this.#runDir, 'policy.json');
  }

  /** The command line of buildah on this store. */
  argv(...args: string[]): [string, ...string[]] {
    return ['buildah', ...this.#flags, ...args];
  }

  buildah(...args: string[]): Promise<string> {
    return run('buildah', [...this.#flags, ...args]);
  }

  /** A working container of an image that is here; resolves to its id. */
  async from(image: string): Promise<string> {
    return (await this.buildah('from', '--pull-never', '--signature-policy', this.#policy, image)).trim();
  }

  async commit(container: string, image: string): Promise<void> {
    await this.buildah('commit', '--format', 'docker', '--signature-policy', this.#policy, container, image);
    await this.buildah('rm', container);
  }

  /**
   * Builds a Dockerfile on `base` instead of what it begins with, and without a container engine: its commands run in a chroot,
   * on the host's network. `file`: the Dockerfile, if it isn't in the context; `mounts`: files of the host that its commands see.
   */
  async build(
    image: string,
    context: string,
    base: string,
    { file, mounts = {} }: BuildOptions = {},
  ): Promise<void> {
    const flags = ['--layers', '--isolation', 'chroot', '--format', 'docker', '--pull-never', '--from', base];
    const volumes = Object.entries(mounts).flatMap(([from, to]) => ['--volume', `${from}:${to}:ro`]);
    const named = file === undefined ? [] : ['--file', file];
    await this.buildah(
      'bud',
      ...flags,
      ...volumes,
      ...named,
      '--signature-policy',
      this.#policy,
      '--tag',
      image,
      context,
    );
  }

  /** Undefined where there is no such image. */
  async label(image: string, name: string): Promise<string | undefined> {
    const inspected = await this.#inspect(image).catch(() => undefined);
    return inspected?.Docker.config.Labels?.[name];
  }

  async config(image: string): Promise<ImageConfig> {
    return (await this.#inspect(image)).Docker.config;
  }

  /** The commands that made the image, oldest first. */
  async history(image: string): Promise<string[]> {
    return (await this.#inspect(image)).OCIv1.history.map(({ created_by = '' }) => created_by);
  }

  async #inspect(image: string): Promise<Inspected> {
    return JSON.parse(await this.buildah('inspect', '--type', 'image', image));
  }

  /** Removes the working containers and what belongs to this run. Images and layers stay. */
  async close(): Promise<void> {
    await this.buildah('rm', '--all');
    await rm(this.#runDir, { recursive: true, force: true });
  }
}

interface Inspected {
  readonly OCIv1: { readonly history: readonly { readonly created_by?: string }[] };
  readonly Docker: { readonly config: ImageConfig & { readonly Labels?: Readonly<Record<string, string>> } };
}
