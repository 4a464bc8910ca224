import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a bench process does on request: methods by name, plain data in and out. */
export type AgentMethods = Readonly<Record<string, (...argument: never[]) => unknown>>;

interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly fault?: string;
}

/** Call in the process itself. It ends when the bench does. */
export function serveAgent(methods: AgentMethods): void {
  process.on('message', ({ id, method, argument }: Call) => {
    const answer = (rest: Omit<Answer, 'id'>) => process.send?.({ id, ...rest });
    const run = async () => methods[method]?.(argument as never);
    run().then(
      (result) => answer({ result }),
      (fault: unknown) => answer({ fault: String(fault instanceof Error ? fault.stack : fault) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

/** A bench process, from the caller's side. */
export class Agent<Methods extends AgentMethods> {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  /** `file`: a path below this folder. */
  constructor(file: string) {
    this.#child = fork(join(import.meta.dirname, file), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#exited = once(this.#child, 'exit');
    this.#child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.#child.on('exit', (code, signal) => {
      const fault = `${file} ended (${signal ?? code})`;
      for (const [id, answered] of this.#waiting) answered({ id, fault });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Throws what the method threw, as text; also if the process ended. */
  async call<Name extends keyof Methods & string>(
    method: Name,
    ...[argument]: Parameters<Methods[Name]>
  ): Promise<Awaited<ReturnType<Methods[Name]>>> {
    const id = ++this.#lastId;
    const answer = await new Promise<Answer>((answered) => {
      this.#waiting.set(id, answered);
      this.#child.send({ id, method, argument } satisfies Call);
    });
    if (answer.fault !== undefined) throw new Error(answer.fault);
    return answer.result as Awaited<ReturnType<Methods[Name]>>;
  }

  /** It has nothing to save, so it is killed: occasionally a Node under load waits forever for its own threads to exit. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
