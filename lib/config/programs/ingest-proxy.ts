import { z } from 'zod';
import { defaultReplayMaxBytes } from '../defaults.ts';
import { envCodec } from '../env.ts';
import { cidrs, eventRetentionDays, port } from '../fields.ts';
import { certificateLocation, controlStoreLocation, eventBusLocation, secretLocation } from '../locations.ts';
import { rtmpApp } from '../names.ts';
import { memberFields, memberVariables } from './fleet-member.ts';

const count = (least: number) => z.coerce.number().int().min(least);

/** Environment of an ingest proxy: HEADWATER_MEMBER_ID, HEADWATER_RTMP_PORT, HEADWATER_CONTROL_STORE, … */
export const ingestProxyCodec = envCodec(
  {
    ...memberFields,
    rtmpPort: port,
    rtmpsPort: port,
    healthPort: port,
    /** For RTMPS. New certificates are loaded without a restart. */
    certificate: certificateLocation,
    controlStore: controlStoreLocation,
    eventRetentionDays,
    /** Secret for hashing stream keys; the control API has the same one. */
    keyPepper: secretLocation,
    /** Keys that prove to workers that a link is ours, one a line. Rotated keys are loaded without a restart. */
    relayKeys: secretLocation,
    /** Where to publish push events for other systems; on AWS a function that follows the tables does this. */
    eventBus: eventBusLocation.optional(),
    /** Signing secret for a webhook bus. */
    webhookSecret: secretLocation.optional(),
    /** Maximum concurrent publishers. Connections without a valid key don't count; they have limits of their own. */
    capacity: count(1).default(1_000),
    app: z.string().min(1).default(rtmpApp),
    /**
     * Interval of batched reads from all publishers (a frame at 30 fps): saves CPU and adds as much latency. 0 reads
     * immediately.
     */
    batchMs: count(0).default(33),
    /** Media kept of each publisher for moving it to another worker, in bytes. */
    replayMaxBytes: count(0).default(defaultReplayMaxBytes),
    /** How long publishers may continue after the proxy is asked to stop. */
    drainMs: count(0).default(3_000),
    /** Non-public networks that streams may be pushed to, as comma-separated CIDRs. For one machine and tests. */
    pushAllow: cidrs.optional(),
    /** PEM file with additional certificates to trust for pushes. For one machine and tests. */
    pushCaFile: z.string().min(1).optional(),
    /**
     * Whether connections start with a PROXY protocol v2 header: all, or some. Only for use behind a balancer that sends it.
     */
    proxyProtocol: z.enum(['on', 'optional', 'off']).default('off'),
    /** Networks of the balancers that may send it, as comma-separated CIDRs; others are refused. @default loopback */
    proxyProtocolFrom: cidrs.optional(),
  },
  memberVariables,
);
