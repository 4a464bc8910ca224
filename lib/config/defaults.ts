/** Defaults and limits of settings that several schemas or programs share; each takes the value from here. */

/** How far viewers can rewind during a broadcast, in seconds. */
export const dvrWindowSeconds = { min: 20, max: 86_400, default: 1_800 } as const;

/** Part lengths in ms that a deployment can choose from: a part ends at each multiple in stream time, so they divide a segment evenly. */
export const partLengthsMs = [200, 250, 400, 500, 1000] as const;
export const defaultPartMs = 250;

/** How long the events of a stream's journal are kept, in days. For DynamoDB; SQLite keeps the newest events instead. */
export const eventDays = { min: 1, max: 3_650, default: 90 } as const;

/** Maximum number of events kept in a stream's journal, in either store. */
export const defaultKeptEvents = 1_000;

/** Maximum number of streams on one CPU task of the encoder fleet. */
export const defaultCpuStreams = 2;

/** A managed channel has two pipelines in different zones with the same output, or a single one. */
export const channelClasses = ['STANDARD', 'SINGLE_PIPELINE'] as const;
export type ChannelClass = (typeof channelClasses)[number];
export const defaultChannelClass: ChannelClass = 'STANDARD';

/** Total size of the objects that an edge or shield keeps in memory. */
export const defaultCacheBytes = 256 * 1024 * 1024;

/** How much of each publisher's media a proxy keeps, to be able to move it to another worker. */
export const defaultReplayMaxBytes = 8 * 1024 * 1024;

/** The largest fleets that a deployment file may ask for, in tasks. */
export const mostFleetTasks = { fargate: 5_000, gpu: 1_000 } as const;

/** The highest sustained request rate that the control API may be given. */
export const mostApiRequestsPerSecond = 10_000;
