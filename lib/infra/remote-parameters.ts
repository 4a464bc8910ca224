import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';

export interface RemoteParametersProps {
  readonly logDays: RetentionDays;
}

export interface RemoteParameter {
  readonly region: string;
  readonly name: string;
  /** ARN of the role to assume, if the parameter is in another account. @default the function's own */
  readonly role?: string;
}

/**
 * SSM parameters of other regions, read during the deploy: CloudFormation itself only resolves those of its own region. The
 * stack that writes them must be deployed first. Create one per stack: the CDK makes a single function for all reads, and
 * gives it the role of the first.
 */
export class RemoteParameters extends Construct {
  readonly #reader: { readonly role: Role; readonly logGroup: LogGroup };

  constructor(scope: Construct, id: string, { logDays }: RemoteParametersProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(this, 'Log', { retention: logDays, removalPolicy: RemovalPolicy.DESTROY });
    logGroup.grantWrite(role);
    this.#reader = { role, logGroup };
  }

  /** The parameter's value, as a token. */
  read(id: string, { region, name, role }: RemoteParameter): string {
    const resource = new AwsCustomResource(this, id, {
      resourceType: 'Custom::RemoteParameter',
      onUpdate: {
        service: 'SSM',
        action: 'getParameter',
        parameters: { Name: name },
        region,
        ...(role !== undefined && { assumedRoleArn: role }),
        outputPaths: ['Parameter.Value'],
        physicalResourceId: PhysicalResourceId.of(name),
      },
      installLatestAwsSdk: false,
      ...this.#reader,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement(
          role === undefined
            ? { actions: ['ssm:GetParameter'], resources: [this.#arnOf(region, name)] }
            : { actions: ['sts:AssumeRole'], resources: [role] },
        ),
      ]),
    });
    return resource.getResponseField('Parameter.Value');
  }

  #arnOf(region: string, name: string): string {
    const parameter = { service: 'ssm', region, resource: 'parameter', resourceName: name.slice(1) };
    return Stack.of(this).formatArn(parameter);
  }
}
