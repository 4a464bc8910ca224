import { z } from 'zod';
import { overlapOf } from '../capacity-schedule.ts';
import { defaultCpuStreams, mostFleetTasks } from '../defaults.ts';
import { tasksFor } from '../fleet-scaling.ts';
import { regionName } from './region.ts';

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

const liveOrigins = z
  .strictObject({
    cpu: fargateCpu.default(512).describe('CPU units per task.'),
    memoryMiB: z.int().min(512).max(122_880).default(1024).describe('Memory per task, in MiB.'),
    minTasks: z.int().min(2).max(mostFleetTasks.fargate).default(2).describe('Minimum number of tasks.'),
    maxTasks: z.int().min(2).max(mostFleetTasks.fargate).default(20).describe('Maximum number of tasks.'),
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

/** Sizes of the fleets. */
export const compute = z
  .strictObject({
    proxies: proxies.describe('Ingest proxies, on Fargate ARM64.'),
    cpuEncoders: cpuEncoders.describe('Encoder workers without a GPU, on Fargate ARM64.'),
    gpuEncoders: gpuEncoders.optional(),
    liveOrigins: liveOrigins.describe(
      'Live origins, on Fargate ARM64: they fetch from workers what is not in the bucket yet. None with `"latency": "standard"`.',
    ),
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
