/**
 * Names that stacks agree on without CloudFormation exports, so that each is deployed by itself. `account` and `region` may
 * be tokens of the CDK.
 */
export const originBucketName = (deployment: string, account: string, region: string): string =>
  `${deployment}-origin-${account}-${region}`;

/** SSM parameters by which the global stacks tell the regions what only a deploy knows. */
export const popParameters = (deployment: string) =>
  ({
    dnsName: `/${deployment}/pop/dns-name`,
    tlsListenerArn: `/${deployment}/pop/tls-listener-arn`,
    udpListenerArn: `/${deployment}/pop/udp-listener-arn`,
    rtmpListenerArn: `/${deployment}/pop/rtmp-listener-arn`,
  }) as const;

export const edgeParameters = (deployment: string) => ({ baseUrl: `/${deployment}/edge/base-url` }) as const;

/** Where the global stacks are: Global Accelerator's API and that of CloudFront's certificates and rules. */
export const popRegion = 'us-west-2';
export const edgeRegion = 'us-east-1';
