/** Defaults and limits of settings that more than one schema or program has: each of them takes the figure from here. */

/** How far viewers can go back while on air, in seconds. */
export const dvrWindowSeconds = { min: 20, max: 86_400, default: 1_800 } as const;

/** How long the lines of a stream's journal are kept, in days. DynamoDB goes by it; SQLite keeps the newest instead. */
export const eventDays = { min: 1, max: 3_650, default: 90 } as const;

/** How many lines of a stream's journal are kept at most, in either store. */
export const defaultKeptEvents = 1_000;

/** Streams that one CPU task of the encoder fleet takes at most. */
export const defaultCpuStreams = 2;

/** Two pipelines of a managed channel in different zones that make the same, or one. */
export const channelClasses = ['STANDARD', 'SINGLE_PIPELINE'] as const;
export const defaultChannelClass: (typeof channelClasses)[number] = 'STANDARD';

/** What an edge or shield keeps in memory, all objects together. */
export const defaultCacheBytes = 256 * 1024 * 1024;

/** What a proxy keeps of each publisher to move it to another worker. */
export const defaultReplayMaxBytes = 8 * 1024 * 1024;
