/** Why a region of another partition can't be deployed, in words; undefined for regions of the commercial partition. */
export function whyUnavailable(region: string): string | undefined {
  const partition = partitions.find(({ prefix }) => region.startsWith(prefix));
  return (
    partition &&
    `is in ${partition.name}, which has no ${partition.lacks}. The platform needs them in front of every region`
  );
}

const partitions = [
  { prefix: 'cn-', name: 'AWS China (aws-cn)', lacks: 'Global Accelerator and no Origin Shield' },
  { prefix: 'us-gov-', name: 'AWS GovCloud (aws-us-gov)', lacks: 'CloudFront and no Global Accelerator' },
  { prefix: 'us-iso', name: 'an isolated AWS partition', lacks: 'CloudFront and no Global Accelerator' },
  { prefix: 'eu-isoe-', name: 'an isolated AWS partition', lacks: 'CloudFront and no Global Accelerator' },
  {
    prefix: 'eusc-',
    name: 'the AWS European Sovereign Cloud (aws-eusc)',
    lacks: 'CloudFront and no Global Accelerator',
  },
] as const;

/** The console's domain in a region. */
export function consoleDomain(region: string): string {
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  if (region.startsWith('us-gov-')) return 'console.amazonaws-us-gov.com';
  return 'console.aws.amazon.com';
}
