import { z } from 'zod';
import { type EnvCodec, envCodec } from './env.ts';

const port = z.coerce.number().int().min(0).max(65_535);

/** A proxy behind the pop, written as `host:rtmpPort:rtmpsPort:healthPort`. */
export interface PopTargetConfig {
  readonly host: string;
  readonly rtmpPort: number;
  readonly rtmpsPort: number;
  readonly healthPort: number;
}

const targetPattern = /^([^\s,]+):(\d{1,5}):(\d{1,5}):(\d{1,5})$/;

const targets = z.string().transform((text, context): PopTargetConfig[] => {
  const parsed = text.split(',').map((part) => {
    const [, host = '', ...ports] = targetPattern.exec(part) ?? [];
    const [rtmpPort = 0, rtmpsPort = 0, healthPort = 0] = ports.map(Number);
    return { host, rtmpPort, rtmpsPort, healthPort };
  });
  const faulty = parsed.some(
    ({ host, rtmpPort, rtmpsPort, healthPort }) =>
      host === '' || [rtmpPort, rtmpsPort, healthPort].some((number) => number < 1 || number > 65_535),
  );
  if (!faulty) return parsed;
  context.addIssue({
    code: 'custom',
    message: 'must be a comma-separated list of host:rtmpPort:rtmpsPort:healthPort',
  });
  return z.NEVER;
});

const codec = envCodec({
  host: z.string().min(1).default('127.0.0.1'),
  rtmpPort: port,
  rtmpsPort: port,
  healthPort: port,
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
