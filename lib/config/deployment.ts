import { z } from 'zod';
import {
  channelClasses,
  defaultChannelClass,
  defaultCpuStreams,
  dvrWindowSeconds,
  eventDays,
} from './defaults.ts';
import { ladderSchema } from './ladder.ts';

const regionName = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1')
  .describe('AWS region.');
const email = z.email('must be an e-mail address');
const days = (most: number) => z.int().min(1).max(most);
/** What Fargate offers, in CPU units. */
const fargateCpu = z.literal([256, 512, 1024, 2048, 4096, 8192, 16_384]);

/** Fargate's memory for each CPU size: least, most and step, in MiB. */
const fargateMemory: Readonly<Record<number, readonly [least: number, most: number, step: number]>> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16384: [32_768, 122_880, 8192],
};

/** Runs a rule over several fields as soon as these are numbers, whatever else is wrong: all faults are told at once. */
const onceNumbers = (...fields: string[]) => ({
  when: ({ value }: { value: unknown }) =>
    fields.every((field) => typeof (value as Record<string, unknown> | null)?.[field] === 'number'),
});

/** A fleet's least is not above its most. */
const leastAndMost = {
  holds: ({ minTasks, maxTasks }: { minTasks: number; maxTasks: number }) => minTasks <= maxTasks,
  fault: { path: ['minTasks'], error: 'must not be above maxTasks', ...onceNumbers('minTasks', 'maxTasks') },
};

/** A task has a size that Fargate offers. */
const taskSize = {
  holds: ({ cpu, memoryMiB }: { cpu: number; memoryMiB: number }) => {
    const [least, most, step] = fargateMemory[cpu] ?? [0, Number.POSITIVE_INFINITY, 1];
    return memoryMiB >= least && memoryMiB <= most && (memoryMiB - least) % step === 0;
  },
  fault: {
    path: ['memoryMiB'],
    error: ({ input }: { input?: unknown }) => {
      const { cpu } = input as { cpu: number };
      const [least, most, step] = fargateMemory[cpu] ?? [];
      return `with ${cpu} CPU units Fargate offers ${least} to ${most} in steps of ${step}`;
    },
    ...onceNumbers('cpu', 'memoryMiB'),
  },
};

const region = z
  .strictObject({
    name: regionName,
    zones: z.int().min(2).max(3).default(3).describe('Availability Zones to spread over. us-west-1 has 2.'),
  })
  .refine(({ name, zones }) => name !== 'us-west-1' || zones === 2, {
    path: ['zones'],
    error: 'us-west-1 has 2',
    ...onceNumbers('zones'),
  });

/** ACM takes 64 characters for a certificate's name, and `<region>.ingest.` needs up to 22 of them. */
const domain = z.strictObject({
  name: z
    .string()
    .regex(
      /^(?=.{4,42}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      'must be a domain name of at most 42 characters',
    )
    .describe('Viewers use this name; broadcasters use `<region>.ingest.` before it.'),
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{5,31}$/, 'must be the id of a Route 53 hosted zone')
    .describe('The public hosted zone in which the names and the certificates’ proofs are written.'),
});

const proxies = z
  .strictObject({
    cpu: fargateCpu.default(1024).describe('CPU units of a task; 1024 are one vCPU.'),
    memoryMiB: z.int().min(512).max(122_880).default(2048).describe('Memory of a task.'),
    connections: z
      .int()
      .min(1)
      .max(10_000)
      .default(200)
      .describe('Publishers that one task takes at most. Each needs up to 10 MB.'),
    minTasks: z.int().min(2).max(500).default(3).describe('Tasks at rest.'),
    maxTasks: z.int().min(2).max(500).default(30).describe('Tasks at most.'),
  })
  .refine(leastAndMost.holds, leastAndMost.fault)
  .refine(taskSize.holds, taskSize.fault)
  .prefault({});

const cpuEncoders = z
  .strictObject({
    cpu: fargateCpu.default(4096).describe('CPU units of a task. A full 1080p30 ladder needs about 1,700.'),
    memoryMiB: z.int().min(512).max(122_880).default(8192).describe('Memory of a task.'),
    streams: z
      .int()
      .min(1)
      .max(256)
      .default(defaultCpuStreams)
      .describe('Streams that one task takes at most.'),
    minTasks: z.int().min(2).max(500).default(2).describe('Tasks at rest.'),
    maxTasks: z.int().min(2).max(500).default(50).describe('Tasks at most.'),
    spotPercent: z
      .int()
      .min(0)
      .max(100)
      .default(0)
      .describe('Share of the tasks above the minimum that run on Fargate Spot.'),
  })
  .refine(leastAndMost.holds, leastAndMost.fault)
  .refine(taskSize.holds, taskSize.fault)
  .prefault({});

const gpuEncoders = z
  .strictObject({
    instanceType: z
      .string()
      .regex(/^g(5|6|6e)\.[a-z0-9]+$/, 'must be an instance type with an NVIDIA encoder such as g6.xlarge')
      .default('g6.xlarge')
      .describe('EC2 instance type; one task an instance.'),
    streams: z.int().min(1).max(256).default(8).describe('Streams that one task takes at most.'),
    minTasks: z
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe('Tasks at rest. With none there would be no load to scale by.'),
    maxTasks: z.int().min(1).max(100).default(10).describe('Tasks at most.'),
  })
  .refine(leastAndMost.holds, leastAndMost.fault)
  .describe('The GPU fleet. Left out: there is none.');

const compute = z
  .strictObject({
    proxies: proxies.describe('The ingest proxies, on Fargate ARM64.'),
    cpuEncoders: cpuEncoders.describe('The encoder workers without a GPU, on Fargate ARM64.'),
    gpuEncoders: gpuEncoders.optional(),
    headroomPercent: z
      .int()
      .min(5)
      .max(80)
      .default(30)
      .describe('Share of every fleet that is kept free for what comes at once.'),
  })
  .prefault({});

const retention = z
  .strictObject({
    recordingDays: days(3650).default(30).describe('Segments and playlists of a broadcast.'),
    quarantineDays: days(3650)
      .default(365)
      .describe('Recordings of a stream that was taken down, kept for review; a restore brings them back.'),
    eventDays: days(eventDays.max).default(eventDays.default).describe('The lines of a stream’s story.'),
    logDays: z
      .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731])
      .default(30)
      .describe('Logs of programs, functions, network flows and viewers’ requests.'),
    keepOnDelete: z
      .boolean()
      .default(true)
      .describe('Whether recordings and streams stay when a stack is deleted.'),
  })
  .prefault({});

const api = z
  .strictObject({
    jwt: z
      .strictObject({
        issuer: z
          .url({ protocol: /^https$/, error: 'must be an https address' })
          .describe('OpenID Connect issuer.'),
        audiences: z.array(z.string().min(1)).min(1).describe('Values of `aud` that are let in.'),
      })
      .optional()
      .describe('Lets in bearers of this issuer’s tokens instead of IAM identities.'),
    requestsPerSecond: z.int().min(1).max(10_000).default(50).describe('Steady rate of the control API.'),
    burst: z.int().min(1).max(5_000).default(100).describe('Requests at once of the control API.'),
    pageOrigins: z
      .array(z.url({ protocol: /^https$/, error: 'must be an https origin' }))
      .default([])
      .describe('Pages that may use the API from a browser.'),
  })
  .prefault({});

const managedEncoder = z
  .strictObject({
    channelClass: z
      .enum(channelClasses)
      .default(defaultChannelClass)
      .describe('Two pipelines in different zones, or one for 0.6 times the price.'),
  })
  .describe(
    'Offers AWS MediaLive as the encoder of a stream, beside the fleet. Left out: it is not offered.',
  );

export const deploymentSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors.'),
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/,
      'must be 2 to 20 lower-case letters, digits and dashes, a letter first',
    )
    .describe('Begins the name of everything that is deployed. Two deployments fit in one account.'),
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be the 12 digits of an AWS account')
    .optional()
    .describe('AWS account. Left out: the one whose credentials deploy.'),
  regions: z
    .array(region)
    .min(1)
    .max(12)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'names a region twice')
    .describe('Where broadcasters are taken and encoded. Each is a cell of its own.'),
  domain: domain
    .optional()
    .describe(
      'Left out: names of AWS, and an ingest certificate of our own making, which ffmpeg takes and OBS refuses.',
    ),
  plainRtmp: z.boolean().default(false).describe('Whether RTMP without TLS is taken too, on port 1935.'),
  simulcast: z
    .boolean()
    .default(false)
    .describe(
      'Whether streams may be sent on to RTMP servers of others. The proxies get a way out to the internet for it, through NAT gateways.',
    ),
  compute: compute.describe('Sizes of the fleets.'),
  managedEncoder: managedEncoder.optional(),
  ladder: ladderSchema.optional().describe('The renditions. Left out: 1080p, 720p, 480p and 360p.'),
  dvrWindowSeconds: z
    .int()
    .min(dvrWindowSeconds.min)
    .max(dvrWindowSeconds.max)
    .default(dvrWindowSeconds.default)
    .describe('How far viewers can go back while on air.'),
  retention: retention.describe('How long things are kept.'),
  api: api.describe('The control API.'),
  budget: z
    .strictObject({
      monthlyUsd: z
        .number()
        .positive()
        .describe('US dollars a month; mail at 80 % and at a forecast of 100 %.'),
      emails: z.array(email).min(1).max(10).describe('Who is told.'),
    })
    .describe('The account’s budget for what carries this deployment’s tag.'),
  alarmEmails: z.array(email).max(20).default([]).describe('Who is told of alarms, in every region.'),
});

/** A checked deployment, every default filled in. The fields are described in docs/deployment.md. */
export type Deployment = z.output<typeof deploymentSchema>;
export type DeploymentRegion = Deployment['regions'][number];

/** A deployment file with faults; `faults` has a line for each. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  readonly code = 'BAD_DEPLOYMENT';
  readonly faults: readonly string[];

  constructor(file: string, faults: readonly string[]) {
    super(`${file} has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** Reads a deployment from JSON; `file` names it in the message. Throws `DeploymentError` with every fault. */
export function readDeployment(json: string, file: string): Deployment {
  const result = deploymentSchema.safeParse(parse(json, file));
  if (result.success) return result.data;
  throw new DeploymentError(file, result.error.issues.flatMap(faultsOf));
}

function parse(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new DeploymentError(file, [
      `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
    ]);
  }
}

function faultsOf(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...issue.path, key].join('.')}: there is no such field`);
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [`${path === '' ? 'the file' : path}: ${missing ? 'is missing' : issue.message}`];
}
