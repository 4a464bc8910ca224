/** The RTMP application that broadcasters publish to: the path of every ingest address. */
export const rtmpApp = 'live';

/** A region's name: the first folder of a key, the first word of a playback address. */
export const regionNamePattern = /^[a-z0-9-]{1,32}$/;

/**
 * Names that stacks agree on without CloudFormation exports, so that each is deployed by itself. `account` and `region` may
 * be tokens of the CDK.
 */
export const originBucketName = (deployment: string, account: string, region: string): string =>
  `${deployment}-origin-${account}-${region}`;

/** The role that MediaLive takes in a region: its bucket lets that one write as MediaLive does. */
export const channelRoleName = (deployment: string, region: string): string =>
  `${deployment}-medialive-${region}`;

/** The name that a region's broadcasters are told, where the deployment has a domain. */
export const ingestHostName = (domain: string, region: string): string => `${region}.ingest.${domain}`;

/** SSM parameters by which the global stacks tell a region what only a deploy knows. */
export const popParameters = (deployment: string, region: string) =>
  ({
    dnsName: `/${deployment}/pop/${region}/dns-name`,
    tlsListenerArn: `/${deployment}/pop/${region}/tls-listener-arn`,
    udpListenerArn: `/${deployment}/pop/${region}/udp-listener-arn`,
    rtmpListenerArn: `/${deployment}/pop/${region}/rtmp-listener-arn`,
  }) as const;

export const edgeParameters = (deployment: string) =>
  ({
    baseUrl: `/${deployment}/edge/base-url`,
    distributionId: `/${deployment}/edge/distribution-id`,
    denialsArn: `/${deployment}/edge/denials-arn`,
  }) as const;

/** Where the global stacks are: Global Accelerator's API and that of CloudFront's certificates and rules. */
export const popRegion = 'us-west-2';
export const edgeRegion = 'us-east-1';
