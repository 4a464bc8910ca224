import type { EnvCodec } from '../../config/env.ts';
import { programCodec } from '../../config/programs/program.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { createLog } from './log.ts';
import { explainFault } from './program.ts';

export interface FunctionParts<Config, Parameters extends unknown[], Result> {
  readonly codec: Pick<EnvCodec<Config>, 'decode'>;
  /** The stage's name, for example `control`. */
  readonly role: string;
  /** The function's folder in lambda/. */
  readonly name: string;
  /** Creates what all invocations share, once per cold start. */
  start(
    config: Config,
    emit: EmitEvent,
  ):
    | Promise<(...parameters: Parameters) => Promise<Result>>
    | ((...parameters: Parameters) => Promise<Result>);
}

/**
 * Starts a function the way `runProgram` starts a program: reads the environment once, creates what invocations share, and
 * returns the handler. Errors, during startup or in an invocation, are logged as `process.failed` with advice on the fix and
 * rethrown, so that the caller sees a failure and retries.
 */
export async function startFunction<Config, Parameters extends unknown[], Result>({
  codec,
  role,
  name,
  start,
}: FunctionParts<Config, Parameters, Result>): Promise<(...parameters: Parameters) => Promise<Result>> {
  let emit = createLog({ role, name });
  const reporting = async <Value>(work: () => Value | Promise<Value>): Promise<Value> => {
    try {
      return await work();
    } catch (fault) {
      emit('process.failed', explainFault(fault));
      throw fault;
    }
  };
  return reporting(async () => {
    const { metricsNamespace } = programCodec.decode(process.env);
    emit = createLog({ role, name, metricsNamespace });
    const handle = await start(codec.decode(process.env), emit);
    return (...parameters) => reporting(() => handle(...parameters));
  });
}
