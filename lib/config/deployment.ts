import { z } from 'zod';
import { addressPlan, defaultCidr, maskOf, tasksOf } from './address-plan.ts';
import { apiSettings } from './api-settings.ts';
import { overlapOf } from './capacity-schedule.ts';
import {
  channelClasses,
  defaultChannelClass,
  defaultCpuStreams,
  dvrWindowSeconds,
  eventDays,
  mostFleetTasks,
} from './defaults.ts';
import { awsAccount, deploymentRegion, isOptIn, regionName } from './deployment-region.ts';
import { tasksFor } from './fleet-scaling.ts';
import { ladderSchema } from './ladder.ts';
import { ingestHostName } from './names.ts';

const email = z.email('must be an email address');
const days = (most: number) => z.int().min(1).max(most);
/** CPU sizes that Fargate offers, in CPU units. */
const fargateCpu = z.literal([256, 512, 1024, 2048, 4096, 8192, 16_384]);

/** Fargate's memory range for each CPU size: minimum, maximum and step, in MiB. */
const fargateMemory: Readonly<Record<number, readonly [least: number, most: number, step: number]>> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16384: [32_768, 122_880, 8192],
};

/**
 * Runs a rule over several fields as soon as they are numbers, even if other fields are invalid, so that all errors are
 * reported at once.
 */
const onceNumbers = (...fields: string[]) => ({
  when: ({ value }: { value: unknown }) =>
    fields.every((field) => typeof (value as Record<string, unknown> | null)?.[field] === 'number'),
});

/** A fleet's minimum must not exceed its maximum. */
const leastAndMost = {
  holds: ({ minTasks, maxTasks }: { minTasks: number; maxTasks: number }) => minTasks <= maxTasks,
  fault: {
    path: ['minTasks'],
    error: 'must not be greater than maxTasks',
    ...onceNumbers('minTasks', 'maxTasks'),
  },
};

/** A task must have a size that Fargate offers. */
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
      return `must be ${least} to ${most} in steps of ${step}, as Fargate offers with ${cpu} CPU units`;
    },
    ...onceNumbers('cpu', 'memoryMiB'),
  },
};

const domain = z.strictObject({
  name: z
    .string()
    .regex(
      /^(?=.{4,42}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      'must be a domain name of at most 42 characters',
    )
    .describe('Viewers use this name; broadcasters use it with `<region>.ingest.` in front.'),
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{5,31}$/, 'must be the id of a Route 53 hosted zone')
    .describe(
      'Public hosted zone for the names and the certificate validation records, in the deployment’s account.',
    ),
});

const proxies = z
  .strictObject({
    cpu: fargateCpu.default(1024).describe('CPU units per task; 1024 is one vCPU.'),
    memoryMiB: z.int().min(512).max(122_880).default(2048).describe('Memory per task, in MiB.'),
    connections: z
      .int()
      .min(1)
      .max(10_000)
      .default(200)
      .describe('Maximum publishers per task. Each needs up to 10 MB of memory.'),
    minTasks: z.int().min(2).max(mostFleetTasks.fargate).default(3).describe('Minimum number of tasks.'),
    maxTasks: z.int().min(2).max(mostFleetTasks.fargate).default(30).describe('Maximum number of tasks.'),
  })
  .refine(leastAndMost.holds, leastAndMost.fault)
  .refine(taskSize.holds, taskSize.fault)
  .prefault({});

const cpuEncoders = z
  .strictObject({
    cpu: fargateCpu.default(4096).describe('CPU units per task. A full 1080p30 ladder needs about 1,700.'),
    memoryMiB: z.int().min(512).max(122_880).default(8192).describe('Memory per task, in MiB.'),
    streams: z.int().min(1).max(256).default(defaultCpuStreams).describe('Maximum streams per task.'),
    minTasks: z.int().min(2).max(mostFleetTasks.fargate).default(2).describe('Minimum number of tasks.'),
    maxTasks: z.int().min(2).max(mostFleetTasks.fargate).default(50).describe('Maximum number of tasks.'),
    spotPercent: z
      .int()
      .min(0)
      .max(100)
      .default(0)
      .describe('Percentage of the tasks above the minimum that run on Fargate Spot.'),
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
      .describe('EC2 instance type; one task per instance.'),
    streams: z.int().min(1).max(256).default(8).describe('Maximum streams per task.'),
    minTasks: z
      .int()
      .min(1)
      .max(mostFleetTasks.gpu)
      .default(1)
      .describe('Minimum number of tasks. At least 1, because with none there would be no load to scale on.'),
    maxTasks: z.int().min(1).max(mostFleetTasks.gpu).default(10).describe('Maximum number of tasks.'),
  })
  .refine(leastAndMost.holds, leastAndMost.fault)
  .describe('GPU encoder workers. Omit for no GPU fleet.');

const time = () =>
  z.iso.datetime({ error: 'must be a time in UTC such as 2026-12-19T17:00:00Z', precision: 0 });

const scheduledEvent = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be 1 to 40 lowercase letters, digits and hyphens')
      .describe('Unique name.'),
    from: time().describe('When its broadcasts may begin. The tasks start 15 minutes before.'),
    until: time().describe('From then on the fleets shrink to what is in use.'),
    streams: z
      .int()
      .min(1)
      .max(1_000_000)
      .describe('Broadcasts at the same time in each region, including those that are on air anyway.'),
    regions: z.array(regionName).min(1).optional().describe('Regions that prepare. Omit for all.'),
  })
  .refine(({ from, until }) => !(Date.parse(from) >= Date.parse(until)), {
    path: ['until'],
    error: 'must be later than from',
  });

const schedule = z
  .array(scheduledEvent)
  .max(50)
  .refine(
    (events) => new Set(events.map(({ name }) => name)).size === events.length,
    'must not name an event twice',
  )
  .refine((events) => overlapOf(events) === undefined, {
    error: ({ input }) => {
      const names = overlapOf(input as z.output<typeof scheduledEvent>[])?.map(({ name }) => name);
      return `${names?.join(' and ')} overlap, 15 minutes of preparation included: make them one`;
    },
  })
  .default([]);

const compute = z
  .strictObject({
    proxies: proxies.describe('Ingest proxies, on Fargate ARM64.'),
    cpuEncoders: cpuEncoders.describe('Encoder workers without a GPU, on Fargate ARM64.'),
    gpuEncoders: gpuEncoders.optional(),
    headroomPercent: z
      .int()
      .min(5)
      .max(80)
      .default(30)
      .describe('Percentage of every fleet that is kept free for sudden load.'),
    schedule: schedule.describe(
      'Announced events. Room for their broadcasts, and the headroom on top, is made in advance by proxies and CPU workers.',
    ),
  })
  .superRefine(
    ({ proxies: { connections, ...proxies }, cpuEncoders, headroomPercent, schedule }, context) => {
      const fleets = { proxies: { ...proxies, streams: connections }, cpuEncoders };
      for (const [index, { streams }] of schedule.entries())
        for (const [fleet, { streams: most, maxTasks }] of Object.entries(fleets)) {
          const tasks = tasksFor(streams, most, headroomPercent);
          if (tasks > maxTasks)
            context.addIssue({
              code: 'custom',
              path: ['schedule', index, 'streams'],
              message: `needs ${tasks} tasks, but ${fleet}.maxTasks is ${maxTasks}`,
            });
        }
    },
  )
  .prefault({});

const retention = z
  .strictObject({
    recordingDays: days(3650).default(30).describe('Days to keep segments and playlists of a broadcast.'),
    quarantineDays: days(3650)
      .default(365)
      .describe('Days to keep the recordings of a taken-down stream for review; a restore brings them back.'),
    eventDays: days(eventDays.max)
      .default(eventDays.default)
      .describe('Days to keep the events in a stream’s journal.'),
    logDays: z
      .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731])
      .default(30)
      .describe('Days to keep logs of programs, functions, network flows and viewer requests.'),
    keepOnDelete: z
      .boolean()
      .default(true)
      .describe('Whether to keep recordings and streams when a stack is deleted.'),
  })
  .prefault({});

const managedEncoder = z
  .strictObject({
    channelClass: z
      .enum(channelClasses)
      .default(defaultChannelClass)
      .describe('Two pipelines in different zones (`STANDARD`), or one at 0.6 times the price.'),
  })
  .describe('Offers AWS MediaLive as an alternative encoder for a stream. Omit to not offer it.');

/** AWS allows 50 tags on a resource, some of which are its own and ours. */
const mostTags = 40;
const mostTagText = 2_000;
const tagText = (most: number) =>
  z
    .string()
    .regex(
      new RegExp(`^[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{0,${most}}$`, 'u'),
      `must be a tag's text of at most ${most} characters`,
    );
const tags = z
  .record(
    tagText(128)
      .min(1)
      .regex(/^(?!aws:|headwater:)/i, 'must not begin with aws: or headwater:, which are taken'),
    tagText(256),
  )
  .refine((all) => Object.keys(all).length <= mostTags, `must be at most ${mostTags} tags`)
  .refine(
    (all) => Object.entries(all).flat().join('').length <= mostTagText,
    `must have at most ${mostTagText} characters together: every resource repeats them, and a template has room for a megabyte`,
  )
  .default({})
  .describe('Tags for every resource, in addition to `headwater:deployment`.');

/** Beginnings of names that services keep to themselves: Systems Manager's parameters, ECS's providers, S3's buckets. */
const reserved = /^(aws|ssm|ecs|fargate|amzn-|sthree-|xn--)/;

const deploymentFields = z.strictObject({
  $schema: z.string().optional().describe('Path of the JSON Schema, for editors.'),
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/,
      'must be 2 to 20 lowercase letters, digits and hyphens, starting with a letter and not ending with a hyphen',
    )
    .refine((name) => !reserved.test(name), {
      error: 'must not begin with aws, ssm, ecs, fargate, amzn-, sthree- or xn--, which AWS reserves',
    })
    .describe('Prefix for the names of all resources, so that several deployments fit in one account.'),
  account: awsAccount
    .optional()
    .describe('AWS account. Omit to use the account of the deploying credentials.'),
  tags,
  permissionsBoundary: z
    .string()
    .regex(/^[\w+=,.@/-]{1,512}$/, 'must be the name of a managed policy, with its path but without its ARN')
    .optional()
    .describe('Managed policy, in each account, that bounds every role. Omit for no permissions boundary.'),
  bootstrapQualifier: z
    .string()
    .regex(/^[a-z0-9]{1,10}$/, 'must be 1 to 10 lowercase letters and digits')
    .optional()
    .describe('Qualifier of the CDK bootstrap stack. Omit for the CDK’s own, `hnb659fds`.'),
  regions: z
    .array(deploymentRegion)
    .min(1)
    .max(12)
    .refine(
      (list) => new Set(list.map(({ name }) => name)).size === list.length,
      'must not name a region twice',
    )
    .describe('Regions that ingest and encode broadcasts. Each is an independent cell.'),
  domain: domain
    .optional()
    .describe(
      'Domain name. Omit to use AWS hostnames and a self-signed ingest certificate, which ffmpeg accepts and OBS rejects.',
    ),
  plainRtmp: z.boolean().default(false).describe('Whether to also accept RTMP without TLS, on port 1935.'),
  simulcast: z
    .boolean()
    .default(false)
    .describe(
      'Whether streams may be pushed to other RTMP servers. Gives the proxies internet access through NAT gateways.',
    ),
  compute: compute.describe('Fleet sizes.'),
  managedEncoder: managedEncoder.optional(),
  ladder: ladderSchema.optional().describe('Renditions. Omit for 1080p, 720p, 480p and 360p.'),
  dvrWindowSeconds: z
    .int()
    .min(dvrWindowSeconds.min)
    .max(dvrWindowSeconds.max)
    .default(dvrWindowSeconds.default)
    .describe('How far back viewers can seek while a stream is on air, in seconds.'),
  retention: retention.describe('How long data is kept.'),
  api: apiSettings.describe('Control API, and the console on the page.'),
  budget: z
    .strictObject({
      monthlyUsd: z
        .number()
        .positive()
        .describe('US dollars per month. Emails are sent at 80% spent and at a forecast of 100%.'),
      emails: z.array(email).min(1).max(10).describe('Recipients of budget emails.'),
      stop: z
        .boolean()
        .default(false)
        .describe(
          'Whether new broadcasts are refused from the moment AWS reports that the budget is spent, until the month ends or somebody allows them (`POST /v1/budget/clear`). Those on air go on.',
        ),
    })
    .describe('Budget for everything in the account with this deployment’s tag.'),
  canary: z
    .boolean()
    .default(false)
    .describe(
      'Whether every region broadcasts to itself every 15 minutes from outside, judges what viewers get, and raises an alarm.',
    ),
  alarmEmails: z.array(email).max(20).default([]).describe('Recipients of alarm emails, in every region.'),
});

/** ACM's limit for a certificate's name. */
const certificateNameLength = 64;

export const deploymentSchema = deploymentFields
  .superRefine(({ account, regions, domain, compute, simulcast, canary, budget }, { addIssue }) => {
    const fault = (path: (string | number)[], message: string) => addIssue({ code: 'custom', path, message });
    const { proxies, cpuEncoders, gpuEncoders } = compute;
    // A deployment runs as many new tasks beside the old ones.
    const most = 2 * (proxies.maxTasks + cpuEncoders.maxTasks + 2 * (gpuEncoders?.maxTasks ?? 0));
    for (const [at, region] of regions.entries()) {
      const host = domain && ingestHostName(domain.name, region.name);
      if (host !== undefined && host.length > certificateNameLength) {
        fault(
          ['domain', 'name'],
          `${host} has more than the ${certificateNameLength} characters that ACM allows`,
        );
      }
      if (region.account !== undefined && account === undefined) {
        fault(['account'], 'is required if a region has an account of its own');
      }
      if (budget.stop && region.account !== undefined && region.account !== account) {
        fault(
          ['budget', 'stop'],
          'is not possible with regions in other accounts: each account has a budget of its own',
        );
      }
      if (budget.stop && isOptIn(region.name)) {
        fault(
          ['regions', at, 'name'],
          'is not possible with budget.stop: SNS calls no functions in regions that an account must enable first',
        );
      }
      if (domain && region.account !== undefined && region.account !== account) {
        fault(
          ['regions', at, 'account'],
          'must be the deployment’s account with a domain: records can’t be created in another account’s hosted zone',
        );
      }
      if (region.vpc && simulcast && region.vpc.subnets.some(({ ingestId }) => ingestId === undefined)) {
        fault(
          ['regions', at, 'vpc', 'subnets'],
          'must have ingestId with simulcast: proxies need a route to the internet',
        );
      }
      if (region.vpc && canary) {
        fault(
          ['regions', at, 'vpc'],
          'is not possible with canary, which needs public subnets of our own: run npm run canary from outside instead',
        );
      }
      const cidr = region.cidr ?? defaultCidr;
      const room = region.zones * tasksOf(addressPlan(cidr).cell);
      if (!region.vpc && most > room) {
        fault(
          ['regions', at, 'cidr'],
          `has addresses for ${room} tasks, but up to ${most} run during a deployment: use a network larger than /${maskOf(cidr)}, or smaller fleets`,
        );
      }
    }
  })
  .superRefine(({ regions, compute: { schedule } }, context) => {
    const known = new Set(regions.map(({ name }) => name));
    for (const [index, event] of schedule.entries())
      for (const [at, name] of (event.regions ?? []).entries())
        if (!known.has(name))
          context.addIssue({
            code: 'custom',
            path: ['compute', 'schedule', index, 'regions', at],
            message: 'must be one of the regions',
          });
  })
  // Cognito puts the name into the host name of its sign-in page, and reserves these words.
  .refine(({ name, api }) => !api.cognito || !/aws|amazon|cognito/.test(name), {
    path: ['name'],
    error: 'must not contain aws, amazon or cognito with api.cognito',
  })
  .refine(({ canary, api }) => !canary || !api.cognito, {
    path: ['canary'],
    error: 'is not possible with api.cognito, whose pool gives tokens to people only: use api.jwt',
  })
  .refine(({ canary, api: { jwt } }) => !canary || !jwt || jwt.canarySecret !== undefined, {
    path: ['canary'],
    error: 'needs api.jwt.canarySecret: the API accepts no IAM identities',
  });

/** A validated deployment with all defaults filled in. The fields are described in docs/deployment.md. */
export type Deployment = z.output<typeof deploymentSchema>;
export type DeploymentRegion = Deployment['regions'][number];

/** An invalid deployment file; `faults` has a line for each error. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  readonly code = 'BAD_DEPLOYMENT';
  readonly faults: readonly string[];

  constructor(file: string, faults: readonly string[]) {
    const errors = faults.length === 1 ? '1 error' : `${faults.length} errors`;
    super(`${file} has ${errors}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** Reads a deployment from JSON; `file` is its name in error messages. Throws `DeploymentError` with all errors. */
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
      `is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
    ]);
  }
}

function faultsOf(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...issue.path, key].join('.')}: unknown field`);
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [`${path === '' ? 'the file' : path}: ${missing ? 'is missing' : issue.message}`];
}
