import { z } from 'zod';
import {
  channelClasses,
  defaultChannelClass,
  defaultPartMs,
  dvrWindowSeconds,
  eventDays,
  partLengthsMs,
} from '../defaults.ts';
import { ladderSchema } from '../ladder.ts';
import { apiSettings } from './api-settings.ts';
import { compute } from './compute.ts';
import { awsAccount, deploymentRegion } from './region.ts';

const email = z.email('must be an email address');
const days = (most: number) => z.int().min(1).max(most);

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

/** The fields by themselves; `deploymentSchema` also checks what must hold between them. */
export const deploymentFields = z.strictObject({
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
  latency: z
    .enum(['low', 'standard'])
    .default('low')
    .describe(
      'Whether viewers may be about two seconds behind (`low`): parts of segments come from workers, through live origins. Streams can still opt out. With `standard` there are no live origins: viewers get everything from the bucket, and are about 7 seconds behind. Deploy a change only while nobody is on air.',
    ),
  audienceSamplePercent: z
    .int()
    .min(0)
    .max(100)
    .default(10)
    .describe(
      'Share of viewers’ requests that viewers are counted from, in percent; 0 counts nobody. With 10, counts are right up to about 7,000 viewers at once in all regions together, and too low beyond.',
    ),
  partMs: z
    .literal([...partLengthsMs])
    .default(defaultPartMs)
    .describe(
      'Length of a part, in ms. Shorter ones mean less latency and more requests. Deploy a change only while nobody is on air.',
    ),
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
          'Whether new broadcasts are refused from the moment AWS reports that the budget is spent, until the month ends or somebody allows them (`POST /v1/budget/clear`). Those on air continue.',
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

export type DeploymentFields = z.output<typeof deploymentFields>;
