import { UsageError } from '../../../config/command-line.ts';
import type { ProcessSpec } from './supervisor.ts';
import { checkPorts, freePorts } from './tcp-ports.ts';

/** A process that a debugger can attach to; `at` is its host and port. */
export interface Inspector {
  readonly process: string;
  readonly at: string;
}

/** Where Chrome and editors look by default. */
const usualPort = 9229;

/**
 * Opens Node's inspector for the process `name`, if given, on loopback: on `preferredPort`, or on a free port if that is in use.
 * Throws `UsageError` if there is no such process.
 */
export async function withInspector(
  specs: readonly ProcessSpec[],
  name: string | undefined,
  preferredPort = usualPort,
): Promise<{ specs: readonly ProcessSpec[]; inspector?: Inspector }> {
  if (name === undefined) return { specs };
  const names = specs.map((spec) => spec.name);
  if (!names.includes(name)) {
    throw new UsageError(`--inspect takes one of ${names.join(', ')}, not '${name}'`);
  }
  const port = await checkPorts([preferredPort]).then(
    () => preferredPort,
    async () => (await freePorts(1))[0],
  );
  const at = `127.0.0.1:${port}`;
  return {
    specs: specs.map((spec) => (spec.name === name ? { ...spec, nodeFlags: [`--inspect=${at}`] } : spec)),
    inspector: { process: name, at },
  };
}
