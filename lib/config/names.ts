/** The RTMP application that broadcasters publish to: the path of every ingest address. */
export const rtmpApp = 'live';

/**
 * Names that stacks agree on without CloudFormation exports, so that each can be deployed separately. `account` and
 * `region` may be CDK tokens.
 */
export const originBucketName = (deployment: string, account: string, region: string): string =>
  `${deployment}-origin-${account}-${region}`;

/** A bucket that is kept when its stack is deleted needs a name, so that the next deploy can import it. */
export const originLogsBucketName = (deployment: string, account: string, region: string): string =>
  `${deployment}-origin-logs-${account}-${region}`;
export const edgeLogsBucketName = (deployment: string, account: string): string =>
  `${deployment}-edge-logs-${account}`;
/** Regions write their part of the console's configuration into it. */
export const pageBucketName = (deployment: string, account: string): string =>
  `${deployment}-page-${account}`;

/** The role that MediaLive assumes in a region; the bucket policy admits it with MediaLive's unconditional writes. */
export const channelRoleName = (deployment: string, region: string): string =>
  `${deployment}-medialive-${region}`;

/** Alias of the key that encrypts a region's control tables, without `alias/`. */
export const controlKeyAlias = (deployment: string): string => `${deployment}-control`;

/** The tag that every resource of a deployment has: costs, channels, networks and roles are recognized by it. */
export const deploymentTag = 'headwater:deployment';

/** Names of the stacks. Each account with regions has a pop of its own; `otherAccount`: one that isn't the deployment's. */
export const regionStackName = (deployment: string, region: string): string => `${deployment}-${region}`;
export const edgeStackName = (deployment: string): string => `${deployment}-edge`;
export const popStackName = (deployment: string, otherAccount?: string): string =>
  otherAccount === undefined ? `${deployment}-pop` : `${deployment}-pop-${otherAccount}`;

/** The ingest host name of a region, if the deployment has a domain. */
export const ingestHostName = (domain: string, region: string): string => `${region}.ingest.${domain}`;

/** SSM parameters through which the global stacks pass values to a region that are known only after a deploy. */
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
    issuer: `/${deployment}/edge/issuer`,
    clientId: `/${deployment}/edge/client-id`,
    budgetTopicArn: `/${deployment}/edge/budget-topic-arn`,
  }) as const;

/** The beginning of the name that a deployment's budget has in its notifications. */
export const budgetName = (deployment: string): string => `${deployment}-headwater`;

/** Roles in the edge's account that regions in other accounts assume. */
export const edgeRoleNames = (deployment: string) =>
  ({
    parameters: `${deployment}-edge-parameters`,
    control: `${deployment}-edge-control`,
  }) as const;

/** Regions of the global stacks: that of Global Accelerator's API, and that of CloudFront's certificates and rules. */
export const popRegion = 'us-west-2';
export const edgeRegion = 'us-east-1';
