import { z } from 'zod';
import { type EnvCodec, envCodec } from '../env.ts';
import { host, knownPort, port } from '../fields.ts';

/** A proxy behind the pop: one host, a port for each kind of connection, and a health port. Written as `host:rtmpPort:rtmpsPort:healthPort`. */
export interface PopTarget {
  readonly host: string;
  readonly rtmpPort: number;
  readonly rtmpsPort: number;
  readonly healthPort: number;
}

const targetPattern = /^(.+):(\d+):(\d+):(\d+)$/;
const target = z.object({ host, rtmpPort: knownPort, rtmpsPort: knownPort, healthPort: knownPort });

const targets = z.string().transform((text, context): PopTarget[] => {
  const parsed = text.split(',').map((part) => {
    const [, host, rtmpPort, rtmpsPort, healthPort] = targetPattern.exec(part) ?? [];
    return { host, rtmpPort, rtmpsPort, healthPort };
  });
  const checked = z.array(target).safeParse(parsed);
  if (checked.success) return checked.data;
  context.addIssue({
    code: 'custom',
    message: 'must be a comma-separated list of host:rtmpPort:rtmpsPort:healthPort',
  });
  return z.NEVER;
});

const codec = envCodec({
  host: host.default('127.0.0.1'),
  rtmpPort: port,
  rtmpsPort: port,
  healthPort: port,
  /** Where `healthPort` is opened: nobody but this machine asks. */
  healthHost: host.default('127.0.0.1'),
  targets,
  /** Whether to send the client's address in a PROXY protocol v2 header; the proxies must then expect it. */
  proxyProtocol: z.enum(['on', 'off']).default('off'),
  maxConnections: z.coerce.number().int().min(1).default(10_000),
});

/** Environment of the pop: HEADWATER_RTMP_PORT, HEADWATER_RTMPS_PORT, HEADWATER_HEALTH_PORT, HEADWATER_TARGETS, … */
export const popCodec: EnvCodec<ReturnType<typeof codec.decode>, Parameters<typeof codec.encode>[0]> = {
  decode: codec.decode,
  encode: ({ targets, ...config }) => ({
    ...codec.encode({ ...config, targets: [] }),
    HEADWATER_TARGETS: targets
      .map(({ host, rtmpPort, rtmpsPort, healthPort }) => [host, rtmpPort, rtmpsPort, healthPort].join(':'))
      .join(','),
  }),
};
