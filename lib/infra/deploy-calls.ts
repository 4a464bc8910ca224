import { type CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, type AwsCustomResourceProps } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';

export interface DeployCallsProps {
  readonly logDays: RetentionDays;
}

export interface DeployCall
  extends Pick<AwsCustomResourceProps, 'resourceType' | 'onUpdate' | 'onDelete' | 'removalPolicy'> {
  /** What the call needs. */
  readonly permission: PolicyStatement;
  /** The call is repeated when this changes. CloudFormation itself repeats one only if something in it changes. @default never */
  readonly repeatAt?: string;
}

/**
 * AWS calls during a deploy or a teardown, for what CloudFormation can't do itself. Create one per stack: the CDK makes a single
 * function for all calls, and gives it the role of the first.
 */
export class DeployCalls extends Construct {
  readonly #caller: { readonly role: Role; readonly logGroup: LogGroup };

  constructor(scope: Construct, id: string, { logDays }: DeployCallsProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Log', { retention: logDays, removalPolicy: RemovalPolicy.DESTROY });
    logGroup.grantWrite(role);
    this.#caller = { role, logGroup };
  }

  make(scope: Construct, id: string, { permission, repeatAt, ...call }: DeployCall): AwsCustomResource {
    // In the role's own policy, which the function depends on: it keeps each permission for as long as the function exists.
    this.#caller.role.addToPolicy(permission);
    const made = new AwsCustomResource(scope, id, { ...call, installLatestAwsSdk: false, ...this.#caller });
    // The function ignores it.
    if (repeatAt !== undefined)
      (made.node.findChild('Resource').node.defaultChild as CfnResource).addPropertyOverride(
        'DeployedAt',
        repeatAt,
      );
    return made;
  }
}
