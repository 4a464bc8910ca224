import { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, CompositePrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { deploymentTag, edgeParameters, edgeRoleNames } from '../../config/names.ts';

export interface RegionRolesProps {
  /** The deployment's name. */
  readonly deployment: string;
  /** Accounts with regions, other than the edge's own. At least one. */
  readonly accounts: readonly string[];
  readonly distributionId: string;
  /** ARN of the key-value store. */
  readonly denialsArn: string;
}

/**
 * How regions in other accounts reach the edge: neither SSM parameters, nor invalidations, nor key-value stores can be shared by a
 * policy of their own, so each account's functions assume one of two roles here. Only roles with this deployment's tag may
 * (docs/decisions/0030).
 */
export class RegionRoles extends Construct {
  constructor(scope: Construct, id: string, props: RegionRolesProps) {
    super(scope, id);
    const { deployment, accounts, distributionId, denialsArn } = props;
    const stack = Stack.of(this);
    const names = edgeRoleNames(deployment);
    const assumedBy = () =>
      new CompositePrincipal(...accounts.map((account) => new AccountPrincipal(account))).withConditions({
        StringEquals: { [`aws:PrincipalTag/${deploymentTag}`]: deployment },
      });
    const parameters = new Role(this, 'Parameters', {
      roleName: names.parameters,
      description: `Regions of ${deployment} in other accounts read where the edge is, during a deploy.`,
      assumedBy: assumedBy(),
    });
    parameters.addToPolicy(
      new PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: Object.values(edgeParameters(deployment)).map((name) =>
          stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.slice(1) }),
        ),
      }),
    );
    const control = new Role(this, 'Control', {
      roleName: names.control,
      description: `Regions of ${deployment} in other accounts take streams down and sign playback links.`,
      assumedBy: assumedBy(),
    });
    control.addToPolicy(
      new PolicyStatement({
        actions: ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation'],
        resources: [
          stack.formatArn({
            service: 'cloudfront',
            region: '',
            resource: 'distribution',
            resourceName: distributionId,
          }),
        ],
      }),
    );
    control.addToPolicy(
      new PolicyStatement({
        actions: ['DeleteKey', 'DescribeKeyValueStore', 'GetKey', 'ListKeys', 'PutKey', 'UpdateKeys'].map(
          (action) => `cloudfront-keyvaluestore:${action}`,
        ),
        resources: [denialsArn],
      }),
    );
  }
}
