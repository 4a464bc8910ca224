import type { Supervisor } from './supervisor.ts';

interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const clearLine = '\r\u001B[2K';
/** Where lines stay, only what takes longer than this is told more than once. */
const plainEveryMs = 3_000;

/** What the start is doing, and how far it is: one line on a terminal, which the next replaces; elsewhere a line now and then. */
export class StartProgress {
  readonly #screen: Screen | undefined;
  readonly #nowMs: () => number;
  #step = '';
  #saidMs = 0;

  /** `screen`: undefined to say nothing. */
  constructor(screen: Screen | undefined, nowMs: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#nowMs = nowMs;
  }

  /** `step` is what happens, such as `Starting 11 processes`; `far` how far it is, such as `4 are up`. */
  say(step: string, far: string): void {
    const text = `${step}: ${far}`;
    if (this.#screen?.isTTY) {
      this.#screen.write(`${clearLine}${text}`);
      return;
    }
    const nowMs = this.#nowMs();
    if (step === this.#step && nowMs - this.#saidMs < plainEveryMs) return;
    this.#step = step;
    this.#saidMs = nowMs;
    this.#screen?.write(`${text}\n`);
  }

  /** Something short, for a terminal alone: elsewhere it would be a line of its own. */
  glance(text: string): void {
    if (this.#screen?.isTTY) this.#screen.write(`${clearLine}${text} …`);
  }

  /** Makes room for what is said next. */
  end(): void {
    if (this.#screen?.isTTY) this.#screen.write(clearLine);
  }
}

/** Tells how many of the supervisor's `count` processes are up. Returns a function that ends it. */
export function followStart(
  progress: StartProgress,
  supervisor: Pick<Supervisor, 'on' | 'off'>,
  count: number,
): () => void {
  const up = new Set<string>();
  const tell = () => progress.say(`Starting ${count} processes`, `${up.size} are up`);
  const listen = ({ event, name }: { readonly event: string; readonly name: string }) => {
    if (event !== 'process.ready') return;
    up.add(name);
    tell();
  };
  supervisor.on('line', listen);
  tell();
  return () => {
    supervisor.off('line', listen);
    progress.end();
  };
}
