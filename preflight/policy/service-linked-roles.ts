import type { Deployment } from '../../lib/config/deployment.ts';

/** A role that a service uses in the account, and makes itself when it is first used. */
export interface ServiceLinkedRole {
  readonly name: string;
  /** For `aws iam create-service-linked-role`. */
  readonly service: string;
  /** Whether a first deploy fails without it. */
  readonly required: boolean;
}

/** The roles that the deployment's services use. */
export const serviceLinkedRoles = ({ compute, latency }: Deployment): ServiceLinkedRole[] => [
  // ECS makes it with the cluster, and services that follow at once may not find it yet.
  { name: 'AWSServiceRoleForECS', service: 'ecs.amazonaws.com', required: true },
  {
    name: 'AWSServiceRoleForElasticLoadBalancing',
    service: 'elasticloadbalancing.amazonaws.com',
    required: false,
  },
  {
    name: 'AWSServiceRoleForApplicationAutoScaling_ECSService',
    service: 'ecs.application-autoscaling.amazonaws.com',
    required: false,
  },
  {
    name: 'AWSServiceRoleForGlobalAccelerator',
    service: 'globalaccelerator.amazonaws.com',
    required: false,
  },
  ...(latency === 'low'
    ? [
        {
          name: 'AWSServiceRoleForCloudFrontVPCOrigin',
          service: 'vpcorigin.cloudfront.amazonaws.com',
          required: false,
        },
      ]
    : []),
  ...(compute.gpuEncoders
    ? [{ name: 'AWSServiceRoleForAutoScaling', service: 'autoscaling.amazonaws.com', required: false }]
    : []),
];
