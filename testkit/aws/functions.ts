import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PlatformFunction } from '../../lib/infra/function.ts';

/** Bundles functions into `outdir` exactly as a deploy does. Returns each module by its handler's folder. */
export function bundleFunctions(outdir: string, handlers: readonly string[]): Map<string, string> {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  for (const handler of handlers) {
    new PlatformFunction(new Stack(app, handler), 'Function', {
      handler,
      description: handler,
      environment: {},
      metricsNamespace: 'Headwater/test',
      logDays: RetentionDays.ONE_DAY,
    });
  }
  app.synth();
  return new Map(
    handlers.map((handler) => {
      const { files } = JSON.parse(readFileSync(join(outdir, `${handler}.assets.json`), 'utf8')) as {
        files: Record<string, { source: { path: string; packaging: string } }>;
      };
      const folder = Object.values(files).find(({ source }) => source.packaging === 'zip')?.source.path;
      return [handler, join(outdir, folder ?? '', 'index.mjs')];
    }),
  );
}

/** A function in its own process, with only the given environment, as in Lambda. */
export class RunningFunction {
  /** Its output: the log, one JSON object per line. */
  output = '';
  readonly #process: ChildProcess;

  constructor(module: string, env: Readonly<Record<string, string>>) {
    this.#process = fork(join(import.meta.dirname, 'function-process.mjs'), [module], {
      env,
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Resolves with the handler's result; rejects with the message of an error thrown by the handler or during startup. */
  async invoke(event: unknown): Promise<unknown> {
    const answered = once(this.#process, 'message');
    this.#process.send({ event });
    const [answer] = (await answered) as [{ result?: unknown; error?: string }];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }
}
